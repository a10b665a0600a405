import { type Address, type Hex, keccak256 } from 'viem'
import { nextNonce, noncesOf } from './account-nonces.ts'
import { accountOf } from './account-of.ts'
import { chainErrorOf } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { type Fees, higher, leavingRoom, limited, raised } from './fees.ts'

/** What may be paid for without a configured maximum: this many times what the chain asked for at first. */
const MOST_RAISED = 4n
/** How often a nonce that turns out to be taken, or a fee that is too low to replace, is tried anew. */
const ATTEMPTS = 12

/** A call to one contract. */
export type Call = { to: Address; data: Hex }

export type Transaction = Call & { gas: bigint }

/** A transaction on its way, as all of its replacements are: they share the nonce, so at most one is included. */
export type Pending = {
  transaction: Transaction
  nonce: number
  /** Of the newest. */
  fees: Fees
  /** Most per gas. */
  most: bigint
  /** Oldest first. */
  hashes: Hex[]
}

/**
 * Signs and sends a transaction under the account's next nonce. An endpoint that does not answer may have taken it, so it
 * counts as sent. One at a time per account: the nonce must still be free when it is used.
 *
 * @throws what the chain refuses it with.
 */
export async function broadcast(chain: Chain, transaction: Transaction): Promise<Pending> {
  const estimate = await chain.publicClient.estimateFeesPerGas()
  const most = chain.sending.maxFeePerGas ?? estimate.maxFeePerGas * MOST_RAISED
  const { waiting, left } = noncesOf(chain)
  const taken = new Set<number>()
  let [nonce, fees] = [-1, limited(estimate, leavingRoom(most))]
  for (let attempt = 1; ; attempt++) {
    const next = await nextNonce(chain, taken)
    if (next !== nonce) fees = replacing(left.get(next), limited(estimate, leavingRoom(most)))
    nonce = next
    if (fees.maxFeePerGas > most) {
      taken.add(nonce)
      continue
    }
    const pending: Pending = { transaction, nonce, fees, most, hashes: [] }
    try {
      await submit(chain, pending, fees)
      waiting.add(nonce)
      left.delete(nonce)
      return pending
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      if (isTooCheap(error)) {
        // Something of the account that this process did not send has the nonce. It is ours to replace if nobody else sends.
        if (chain.sending.sole) fees = raised(fees)
        else taken.add(nonce)
      } else if (!isNonceUsed(error)) throw error
    }
  }
}

/**
 * Sends the same nonce again with raised fees, as far as the maximum allows; else the same transaction once more, in case
 * the chain forgot it. With `instead` another transaction takes its place.
 */
export async function replace(chain: Chain, pending: Pending, instead?: Transaction): Promise<void> {
  const estimate = await chain.publicClient.estimateFeesPerGas()
  const most = instead === undefined ? leavingRoom(pending.most) : pending.most
  const fees = replacing(pending.fees, limited(estimate, most))
  if (fees.maxFeePerGas <= most) await submit(chain, pending, fees, instead)
  else if (instead === undefined) await submit(chain, pending, pending.fees)
}

function replacing(before: Fees | undefined, estimate: Fees): Fees {
  return before === undefined ? estimate : higher(raised(before), estimate)
}

async function submit(chain: Chain, pending: Pending, fees: Fees, instead?: Transaction): Promise<void> {
  const { transaction, nonce, hashes } = pending
  const serializedTransaction = await accountOf(chain).signTransaction({
    ...(instead ?? transaction),
    ...fees,
    ...{ nonce, type: 'eip1559', chainId: chain.deployment.chainId },
  })
  const hash = keccak256(serializedTransaction)
  try {
    await chain.publicClient.sendRawTransaction({ serializedTransaction })
  } catch (error) {
    const unanswered = chainErrorOf(error).code === 'CHAIN_UNREACHABLE'
    if (!unanswered && !isKnown(error)) throw error
  }
  pending.fees = fees
  if (instead === undefined && !hashes.includes(hash)) hashes.push(hash)
}

/** Whether the nonce has been used by a transaction that a block includes. */
function isNonceUsed(error: unknown): boolean {
  return says(error, /nonce too low|nonce .*lower than/i)
}

function isTooCheap(error: unknown): boolean {
  return says(error, /replacement transaction|underpriced/i)
}

function isKnown(error: unknown): boolean {
  return says(error, /already known|known transaction|already imported/i)
}

function says(error: unknown, words: RegExp): boolean {
  return error instanceof Error && words.test(error.message)
}
