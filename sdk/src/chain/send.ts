import { StorgoError } from '@storgo/protocol'
import type { Address, Hex, LocalAccount, TransactionReceipt } from 'viem'
import { inTurn } from './account-queue.ts'
import { chainErrorOf, onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** How long to wait for a block to include the transaction. */
const RECEIPT_TIMEOUT_MS = 120_000
/** The chain may be in a slightly different state, and so the call cost more, when the transaction is included. */
const GAS_MARGIN_PERCENT = 30n
/** Another process may send from the same account. */
const NONCE_RETRIES = 3

/** A call to one contract. */
export type Call = { to: Address; data: Hex }

/**
 * Sends a call from the chain's account and waits until a block includes it. Safe to call many times at once.
 *
 * @throws {StorgoError} what the contract or the chain refuses it with ({@link onChain}), before anything is spent where it
 * can be foreseen; `TIMED_OUT` if no block includes it within two minutes; `CONFIG_INVALID` without an account.
 */
export async function send(chain: Chain, call: Call): Promise<TransactionReceipt> {
  const account = accountOf(chain)
  const { publicClient } = chain
  const estimate = await onChain(() => publicClient.estimateGas({ account, ...call }))
  const gas = estimate + (estimate * GAS_MARGIN_PERCENT) / 100n
  const hash = await inTurn(`send ${chain.deployment.chainId} ${account.address}`, () =>
    onChain(() => sendNext(chain, { ...call, gas })),
  )
  const receipt = await onChain(() =>
    publicClient.waitForTransactionReceipt({ hash, timeout: RECEIPT_TIMEOUT_MS, retryCount: 10 }),
  )
  if (receipt.status === 'success') return receipt
  throw await whyReverted(chain, call, receipt)
}

/** @throws {StorgoError} `CONFIG_INVALID` if the chain was connected without an account. */
export function accountOf({ account }: Chain): LocalAccount {
  if (!account) throw new StorgoError('CONFIG_INVALID', 'Sending a transaction needs an account.')
  return account
}

/** One at a time per account, so that the nonce read here is still free when it is used. A failed send leaves no gap. */
async function sendNext(chain: Chain, transaction: Call & { gas: bigint }): Promise<Hex> {
  const { publicClient, walletClient } = chain
  const { address } = accountOf(chain)
  if (!walletClient) throw new StorgoError('CONFIG_INVALID', 'Sending a transaction needs an account.')
  for (let left = NONCE_RETRIES; ; left--) {
    const nonce = await publicClient.getTransactionCount({ address, blockTag: 'pending' })
    try {
      return await walletClient.sendTransaction({ ...transaction, nonce })
    } catch (error) {
      if (left === 0 || !isNonceTaken(error)) throw error
    }
  }
}

function isNonceTaken(error: unknown): boolean {
  return error instanceof Error && /nonce too low|already known|replacement transaction/i.test(error.message)
}

/** The same call on top of the block that included it mostly fails in the same way. */
async function whyReverted({ publicClient }: Chain, call: Call, receipt: TransactionReceipt): Promise<StorgoError> {
  const { transactionHash, blockNumber, from } = receipt
  try {
    await publicClient.call({ account: from, ...call, blockNumber })
  } catch (error) {
    const reason = chainErrorOf(error)
    if (reason.code !== 'CHAIN_UNREACHABLE') return reason
  }
  return new StorgoError('TRANSACTION_FAILED', `Transaction ${transactionHash} failed.`, { transactionHash })
}
