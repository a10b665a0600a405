import { connectStorgo, type Deployment, type Logger, type Storgo } from '@storgo/sdk'
import { readPasswordFile } from '@storgo/sdk/key-file'
import { openWallet, type WalletFiles } from '../../cli/src/profile/wallet.ts'

export type DemoOptions = {
  rpcUrl: string
  deployment: Deployment
  wallet: WalletFiles & { passwordFile: string }
  logger: Logger
}

/** The demo account's connection to its network. */
export async function connectDemo({ rpcUrl, deployment, wallet, logger }: DemoOptions): Promise<Storgo> {
  const { account, masterKey } = await openWallet(wallet, await readPasswordFile(wallet.passwordFile))
  return connectStorgo({ rpcUrl, deployment, account, masterKey, logger })
}
