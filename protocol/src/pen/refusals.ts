import { bytesToHex } from 'viem'
import { equalBytes } from '../bytes.ts'
import type { PenPromise } from '../state/pen-promise.ts'

/** A state that a slot holds. `digest`: 32 bytes. */
export type HeldRef = { nonce: bigint; digest: Uint8Array }

/** Slots of a volume, and how many receipts certify a state. */
export type Shape = { n: number; q: number }

/**
 * Whether promises of one term show that `held`, which is nobody's certified state as far as its slot knows, was not
 * certified under any earlier term; and under later ones it cannot be, since those slots take nothing of them any more.
 *
 * A state that was certified is still held by all of its q slots, since a slot gives up a state only on such proof. So it
 * suffices that n − q + 1 slots did not hold it. Where too few answered for that (possible only if ⌊m/2⌋ ≥ k), what counts is
 * as in Paxos that q slots answered and that another state, which may have been certified, was taken under a later term
 * than any of them took `held`.
 *
 * @param promises verified: each signed by the operator of its slot. Those of other terms do not count.
 */
export function isRefuted(held: HeldRef, promises: readonly PenPromise[], term: bigint, { n, q }: Shape): boolean {
  const bySlot = new Map(promises.filter((promise) => promise.term === term).map((promise) => [promise.slot, promise]))
  const answers = [...bySlot.values()]
  const refusals = answers.filter(({ certified, latest }) => certified < held.nonce && !equalBytes(latest, held.digest))
  if (refusals.length >= n - q + 1) return true

  if (answers.length < q || answers.some(({ certified }) => certified >= held.nonce)) return false
  const rivals = new Map<string, { holders: number; term: bigint }>()
  for (const { certified, latest, latestTerm } of answers) {
    if (certified !== held.nonce - 1n || latestTerm === 0n) continue
    const rival = rivals.get(bytesToHex(latest)) ?? { holders: 0, term: 0n }
    rival.holders += 1
    if (latestTerm > rival.term) rival.term = latestTerm
    rivals.set(bytesToHex(latest), rival)
  }
  const silent = n - answers.length
  const possible = [...rivals].filter(([, { holders }]) => holders + silent >= q)
  const own = possible.find(([digest]) => digest === bytesToHex(held.digest))?.[1].term ?? 0n
  return possible.some(([, { term }]) => term > own)
}
