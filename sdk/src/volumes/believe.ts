import {
  type Certificate,
  type Receipt,
  type SignedState,
  type SigningDomain,
  type SlotStateReply,
  stateDigest,
} from '@storgo/protocol'
import { bytesToHex } from 'viem/utils'

/** What a slot said it holds; signatures and head records have been checked. */
export type SlotAnswer = { slot: number; reply: SlotStateReply }

/** What is known of a volume beforehand: data slots, all slots, receipts that certify a state. */
export type BelievingOptions = { k: number; n: number; q: number; domain: SigningDomain }

/** A state that may be certified: as many as q slots may hold it, and k of those that answered do. */
export type PossibleState = { signed: SignedState; headRecord: Uint8Array }

/** What a volume's slots, taken together, say. */
export type Belief = {
  /** The highest certified state with its head record; absent while the volume is empty. */
  certified?: { certificate: Certificate; headRecord: Uint8Array }
  /** Slots that hold exactly that state (all that answered, for an empty volume without any). */
  holders: Set<number>
  /** The state above the certified one that its writer may have been told is certified, without having told the slots. */
  possible?: PossibleState
}

type Candidate = {
  signed: SignedState
  headRecord: Uint8Array
  certificate?: Certificate
  receipts: Map<number, Receipt>
  holders: Set<number>
}

/**
 * The highest certified state among `answers`. A state that q slots each call their latest, taken under the same term, is
 * certified: their receipts are its certificate.
 */
export function believe(answers: readonly SlotAnswer[], options: BelievingOptions): Belief {
  const { q, domain } = options
  const candidates = new Map<string, Candidate>()
  const candidate = (signed: SignedState, headRecord: Uint8Array): Candidate => {
    const digest = bytesToHex(stateDigest(signed.state, domain))
    const known = candidates.get(digest)
    if (known) return known
    const fresh = { signed, headRecord, receipts: new Map(), holders: new Set<number>() }
    candidates.set(digest, fresh)
    return fresh
  }
  for (const { slot, reply } of answers) {
    const { certified, latest } = reply
    if (certified) {
      const found = candidate(certified.certificate.signed, certified.headRecord)
      found.certificate ??= certified.certificate
      found.holders.add(slot)
    }
    if (latest) {
      const found = candidate(latest.signed, latest.headRecord)
      found.receipts.set(slot, latest.receipt)
      found.holders.add(slot)
    }
  }
  for (const found of candidates.values()) {
    for (const receipts of Map.groupBy(found.receipts.values(), ({ term }) => term).values()) {
      if (receipts.length >= q) found.certificate ??= { signed: found.signed, receipts }
    }
  }
  return summary([...candidates.values()], answers, options)
}

function summary(candidates: Candidate[], answers: readonly SlotAnswer[], options: BelievingOptions): Belief {
  const best = candidates
    .filter((found) => found.certificate)
    .toSorted(byRank)
    .at(-1)
  const nonce = best?.signed.state.nonce ?? 0n
  const above = candidates.filter(({ signed }) => signed.state.nonce === nonce + 1n)
  const possible = possibleOf(above, answers.length, options)
  // An empty volume is held by whoever answers.
  const holders = best?.holders ?? new Set(answers.map(({ slot }) => slot))
  return {
    ...(best?.certificate && { certified: { certificate: best.certificate, headRecord: best.headRecord } }),
    holders,
    ...(possible && { possible }),
  }
}

/** A writer would complete it, and so it is what a reader has to see: else an acknowledged write would be hidden by silent slots. */
function possibleOf(
  above: readonly Candidate[],
  answered: number,
  { k, n, q }: BelievingOptions,
): PossibleState | undefined {
  const found = above
    .filter(({ holders: { size } }) => size >= k && size + (n - answered) >= q)
    .toSorted((a, b) => (highestTerm(a) < highestTerm(b) ? -1 : 1))
    .at(-1)
  return found && { signed: found.signed, headRecord: found.headRecord }
}

function highestTerm({ receipts }: Candidate): bigint {
  let highest = 0n
  for (const { term } of receipts.values()) if (term > highest) highest = term
  return highest
}

function byRank(a: Candidate, b: Candidate): number {
  const [x, y] = [a.signed.state, b.signed.state]
  if (x.nonce !== y.nonce) return x.nonce < y.nonce ? -1 : 1
  return x.term < y.term ? -1 : x.term > y.term ? 1 : 0
}
