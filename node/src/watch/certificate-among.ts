import {
  type Certificate,
  equalBytes,
  type Receipt,
  type SigningDomain,
  type SlotStateReply,
  stateDigest,
} from '@storgo/protocol'
import type { HeldState } from '../store/slot-store.ts'

type Told = Pick<SlotStateReply, 'certified' | 'latest'>

/**
 * A certificate of the state held without one: shown by another slot, or made of the receipts of at least `q` slots, this
 * one among them, all of one term. The answers have been checked.
 */
export function certificateAmong(
  { signed, digest, receipt }: HeldState,
  answers: readonly Told[],
  { q, domain }: { q: number; domain: SigningDomain },
): Certificate | undefined {
  const isSame = (state: typeof signed) => equalBytes(stateDigest(state.state, domain), digest)
  const shown = answers.find(({ certified }) => certified && isSame(certified.certificate.signed))
  if (shown?.certified) return { signed, receipts: shown.certified.certificate.receipts }
  const receipts: Receipt[] = [receipt]
  for (const { latest } of answers) if (latest && isSame(latest.signed)) receipts.push(latest.receipt)
  const ofTerm = [...Map.groupBy(receipts, ({ term }) => term).values()]
  const enough = ofTerm.find((same) => new Set(same.map(({ slot }) => slot)).size >= q)
  return enough && { signed, receipts: [...new Map(enough.map((same) => [same.slot, same])).values()] }
}
