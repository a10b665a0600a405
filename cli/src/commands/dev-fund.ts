import { storgoTokenAbi } from '@storgo/contracts/abi'
import { StorgoError } from '@storgo/protocol'
import { connectChain, onChain, readBalance } from '@storgo/sdk'
import { readPasswordFile } from '@storgo/sdk/key-file'
import { type Address, type Hex, parseEther } from 'viem'
import type { Context } from '../context.ts'
import { findLocalNetwork } from '../local-network/find.ts'
import { findNetwork } from '../profile/find-network.ts'
import { parseAddress } from '../profile/parse-address.ts'
import { openSession } from '../profile/session.ts'
import { openWallet } from '../profile/wallet.ts'
import { formatStor, parseStor } from '../quantities.ts'
import type { DevFundFlags } from '../tree/dev-commands.ts'

/** Enough gas for thousands of transactions. */
const ETHER = '10'

/** Sends STOR and ETH from the local network's demo account. */
export async function devFund(context: Context, address: string | undefined, flags: DevFundFlags): Promise<undefined> {
  const amount = parseStor(flags.amount)
  const to = address === undefined ? await ownAddress(context) : parseAddress(address)
  const { accounts, deploymentFile, rpcUrl } = findLocalNetwork(context.cwd)
  const { deployment } = await findNetwork(context, { rpcUrl, deploymentFile })
  const { account } = await openWallet(accounts.demo, await readPasswordFile(accounts.demo.passwordFile))
  const chain = await connectChain({ rpcUrl, deployment, account })
  const { walletClient, publicClient } = chain
  if (walletClient === undefined) throw new StorgoError('INTERNAL', 'the demo account cannot sign')
  const { stor } = await readBalance(chain, account.address)
  if (stor < amount)
    throw new StorgoError('INSUFFICIENT_FUNDS', `the demo account has ${formatStor(stor)} left to give`, {
      next: 'the same command with a smaller --amount',
    })
  const finished = async (begin: () => Promise<Hex>): Promise<void> => {
    const hash = await onChain(begin)
    const { status } = await onChain(() => publicClient.waitForTransactionReceipt({ hash }))
    if (status === 'reverted')
      throw new StorgoError('TRANSACTION_FAILED', `transaction ${hash} failed`, { transactionHash: hash })
  }
  await finished(() => walletClient.sendTransaction({ to, value: parseEther(ETHER) }))
  const transfer = {
    address: deployment.token,
    abi: storgoTokenAbi,
    functionName: 'transfer',
    args: [to, amount],
  } as const
  await finished(() => walletClient.writeContract(transfer))
  context.output.data(
    'storgo.dev.fund/1',
    { address: to, stor: amount, ether: parseEther(ETHER) },
    `Gave ${to} ${formatStor(amount)} and ${ETHER} ETH.`,
  )
  return undefined
}

async function ownAddress(context: Context): Promise<Address> {
  await using session = await openSession(context)
  return session.account.address
}
