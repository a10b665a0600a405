import type { Certificate } from '@storgo/protocol'
import type { VolumeFacts } from '../slots/volume-facts.ts'
import type { SlotRef } from '../store/slot-store.ts'
import type { EpochProofs } from './epoch-proofs.ts'

/** A neighbour that proved with an older state than it has signed a receipt for, `shown`, or with none: 0. */
export type Suspect = { slot: number; shown: bigint }

/** The neighbours that one certificate can hold to a newer state. */
export type Suspicion = { certificate: Certificate; suspects: readonly Suspect[] }

/**
 * Compares what the neighbours of a slot showed in an epoch and what was certified before it began.
 *
 * @param certificates Newest first. One can only be held against slots whose own receipt is in it.
 * @returns the newest certificate that any neighbour should have shown, and those neighbours.
 */
export function suspicionOf(
  ref: SlotRef,
  { facts, certificates, proofs }: { facts: VolumeFacts; certificates: readonly Certificate[]; proofs: EpochProofs },
): Suspicion | undefined {
  const shown = facts.operators.map((operator) => operator && proofs.shown(operator, ref.volumeId))
  for (const certificate of certificates) {
    const { nonce } = certificate.signed.state
    const suspects = shown.flatMap((lowest, slot): Suspect[] => {
      const signed = certificate.receipts.some((receipt) => receipt.slot === slot)
      const isStale = slot !== ref.slot && lowest !== undefined && lowest < nonce
      return signed && isStale ? [{ slot, shown: lowest }] : []
    })
    if (suspects.length > 0) return { certificate, suspects }
  }
  return undefined
}
