import { accountOf } from './account-of.ts'
import type { Chain } from './connect-chain.ts'
import type { Fees } from './fees.ts'

/** What this process knows of the transactions of one account. */
export type AccountNonces = {
  /** Of transactions whose inclusion somebody waits for. */
  readonly waiting: Set<number>
  /** Of transactions that were given up, and may still be included; with what they offer. */
  readonly left: Map<number, Fees>
}

const accounts = new Map<string, AccountNonces>()

/** The account's transactions, whichever connection sent them. */
export function noncesOf(chain: Chain): AccountNonces {
  const key = `${chain.deployment.chainId} ${accountOf(chain).address}`
  const known = accounts.get(key) ?? { waiting: new Set(), left: new Map() }
  accounts.set(key, known)
  return known
}

/**
 * The nonce for the next transaction. Where others send from the account too it follows all that the chain knows of.
 * A sole sender takes the first that no block has used, and so the place of what it gave up.
 */
export async function nextNonce(chain: Chain, taken: ReadonlySet<number>): Promise<number> {
  const { publicClient, sending } = chain
  const { address } = accountOf(chain)
  const used = await publicClient.getTransactionCount({ address, blockTag: 'latest' })
  const { waiting, left } = noncesOf(chain)
  for (const nonce of left.keys()) if (nonce < used) left.delete(nonce)
  let nonce = sending.sole ? used : await publicClient.getTransactionCount({ address, blockTag: 'pending' })
  while (waiting.has(nonce) || taken.has(nonce)) nonce++
  return nonce
}

/**
 * How many transactions of the account wait to be included that nobody in this process waits for: an earlier process sent
 * them, or another one does.
 */
export async function countStrayTransactions(chain: Chain): Promise<number> {
  const { publicClient } = chain
  const { address } = accountOf(chain)
  const [used, pending] = await Promise.all([
    publicClient.getTransactionCount({ address, blockTag: 'latest' }),
    publicClient.getTransactionCount({ address, blockTag: 'pending' }),
  ])
  const { waiting, left } = noncesOf(chain)
  let strays = 0
  for (let nonce = used; nonce < pending; nonce++) if (!waiting.has(nonce) && !left.has(nonce)) strays++
  return strays
}
