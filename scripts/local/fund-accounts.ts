import { storgoTokenAbi } from '@storgo/contracts/abi'
import { type Address, type Chain, createWalletClient, type HDAccount, http, parseEther, publicActions } from 'viem'
import { hardhat } from 'viem/chains'

/** Above what a transfer of STOR costs the first time; asking for an estimate would take longer than the transfer. */
const TRANSFER_GAS = 150_000n
const POLL_MS = 50

export type Transfer = { to: Address; stor: string }

/** Sends STOR from one account to many. On a chain that mines at once each waits for its turn, none for its receipt. */
export async function fundAccounts(
  { rpcUrl, token, from }: { rpcUrl: string; token: Address; from: HDAccount },
  transfers: readonly Transfer[],
): Promise<void> {
  const chain: Chain = hardhat
  const wallet = createWalletClient({
    account: from,
    chain,
    transport: http(rpcUrl),
    pollingInterval: POLL_MS,
    cacheTime: 0,
  }).extend(publicActions)
  let nonce = await wallet.getTransactionCount({ address: from.address })
  const hashes: `0x${string}`[] = []
  for (const { to, stor } of transfers) {
    const args = [to, parseEther(stor)] as const
    hashes.push(
      await wallet.writeContract({
        abi: storgoTokenAbi,
        address: token,
        functionName: 'transfer',
        args,
        nonce: nonce++,
        gas: TRANSFER_GAS,
      }),
    )
  }
  const receipts = await Promise.all(hashes.map((hash) => wallet.waitForTransactionReceipt({ hash })))
  const failed = receipts.findIndex(({ status }) => status === 'reverted')
  if (failed !== -1) throw new Error(`the transfer to ${transfers[failed]?.to} failed`)
}
