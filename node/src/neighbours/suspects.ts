import type { Certificate, Epoch } from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import type { VolumeFacts } from '../slots/volume-facts.ts'
import type { SlotRef } from '../store/slot-store.ts'
import type { EpochProofs } from './epoch-proofs.ts'

/** A neighbour that proved without the state that it should have had: with an older one, or perhaps with none. */
export type Suspect = { slot: number; provider: Address; shown: bigint | undefined }

/** A volume of which neighbours are suspected. */
export type Suspicion = {
  ref: SlotRef
  epoch: Epoch
  certificate: Certificate
  suspects: readonly Suspect[]
  operators: readonly Address[]
}

/**
 * Compares what the neighbours of a slot proved an epoch with and what was certified before it began. Who showed nothing of
 * the volume may not have been asked for any of its leaves.
 */
export function suspicionOf(
  ref: SlotRef,
  {
    epoch,
    facts,
    certificate,
    proofs,
  }: { epoch: Epoch; facts: VolumeFacts; certificate: Certificate; proofs: EpochProofs },
): Suspicion {
  const { nonce } = certificate.signed.state
  const own = facts.operators[ref.slot]
  const suspects = facts.operators.flatMap((provider, slot): Suspect[] => {
    if (provider === undefined || slot === ref.slot || (own !== undefined && isAddressEqual(provider, own))) return []
    const shown = proofs.shown(provider, ref.volumeId)
    if (shown.kind === 'unknown' || (shown.kind === 'state' && shown.nonce >= nonce)) return []
    return [{ slot, provider, shown: shown.kind === 'state' ? shown.nonce : undefined }]
  })
  const operators = facts.operators.filter((operator) => operator !== undefined)
  return { ref, epoch, certificate, suspects, operators }
}
