import { StorgoError } from '@storgo/protocol'
import type { TransactionReceipt } from 'viem'
import { accountOf } from './account-of.ts'
import { inTurn } from './account-queue.ts'
import { awaitInclusion, type Waiting } from './await-inclusion.ts'
import { broadcast, type Call } from './broadcast.ts'
import { chainErrorOf, onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** The chain may be in a slightly different state, and so the call cost more, when the transaction is included. */
const GAS_MARGIN_PERCENT = 30n

export type SendOptions = Waiting

/**
 * Sends a call from the chain's account and waits until a block includes it. Safe to call many times at once.
 *
 * @throws {StorgoError} what the contract or the chain refuses it with ({@link onChain}), before anything is spent where it
 * can be foreseen; `TIMED_OUT` if no block includes it within two minutes, or up to `lastBlock`; `CONFIG_INVALID` without an
 * account. Rejects with the signal's reason when that aborts.
 */
export async function send(chain: Chain, call: Call, options: SendOptions = {}): Promise<TransactionReceipt> {
  const account = accountOf(chain)
  const { publicClient } = chain
  options.signal?.throwIfAborted()
  const estimate = await onChain(() => publicClient.estimateGas({ account, ...call }))
  const gas = estimate + (estimate * GAS_MARGIN_PERCENT) / 100n
  const pending = await inTurn(`send ${chain.deployment.chainId} ${account.address}`, async () => {
    options.signal?.throwIfAborted()
    return onChain(() => broadcast(chain, { ...call, gas }))
  })
  const receipt = await awaitInclusion(chain, pending, options)
  if (receipt.status === 'success') return receipt
  throw await whyReverted(chain, call, receipt)
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
