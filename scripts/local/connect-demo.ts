import { connectStorgo, type Deployment, type Logger, type Storgo } from '@storgo/sdk'
import { readPasswordFile } from '@storgo/sdk/key-file'
import { openWallet, type WalletFiles } from '../../cli/src/profile/wallet.ts'

export type ConnectDemoOptions = {
  rpcUrl: string
  deployment: Deployment
  wallet: WalletFiles & { passwordFile: string }
  logger: Logger
}

/** The demo account's connection to its network. */
export async function connectDemo({ rpcUrl, deployment, wallet, logger }: ConnectDemoOptions): Promise<Storgo> {
  const opened = await openWallet(wallet, await readPasswordFile(wallet.passwordFile))
  return connectStorgo({ rpcUrl, deployment, ...opened, logger })
}
