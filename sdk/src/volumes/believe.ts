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

/** A state that slots hold without a certificate. `receipts` are by distinct slots, fewer than a quorum. */
type UnfinishedState = { signed: SignedState; receipts: number }

/** What a volume's slots, taken together, say. */
export type Belief = {
  /** The highest certified state with its head record; absent while the volume is empty. */
  certified?: { certificate: Certificate; headRecord: Uint8Array }
  /** Slots that hold exactly that state (all that answered, for an empty volume without any). */
  holders: Set<number>
  /** Of those, the ones that have not seen its certificate. */
  uncertified: Set<number>
  /** Later states that are in a writer's way. */
  unfinished: UnfinishedState[]
}

type Candidate = {
  signed: SignedState
  headRecord: Uint8Array
  certificate?: Certificate
  receipts: Map<number, Receipt>
  holders: Set<number>
  uncertified: Set<number>
}

/**
 * The highest certified state among `answers`. A state that q slots each call their latest is certified: their
 * receipts are its certificate.
 */
export function believe(answers: readonly SlotAnswer[], { q, domain }: { q: number; domain: SigningDomain }): Belief {
  const candidates = new Map<string, Candidate>()
  const candidate = (signed: SignedState, headRecord: Uint8Array): Candidate => {
    const digest = bytesToHex(stateDigest(signed.state, domain))
    const known = candidates.get(digest)
    if (known) return known
    const fresh = {
      signed,
      headRecord,
      receipts: new Map(),
      holders: new Set<number>(),
      uncertified: new Set<number>(),
    }
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
      found.uncertified.add(slot)
    }
  }
  for (const found of candidates.values()) {
    if (found.certificate || found.receipts.size < q) continue
    found.certificate = { signed: found.signed, receipts: [...found.receipts.values()] }
  }
  return summary([...candidates.values()], answers)
}

function summary(candidates: Candidate[], answers: readonly SlotAnswer[]): Belief {
  const best = candidates
    .filter((found) => found.certificate)
    .toSorted(byRank)
    .at(-1)
  const nonce = best?.signed.state.nonce ?? 0n
  const unfinished = candidates
    .filter((found) => !found.certificate && found.signed.state.nonce > nonce)
    .map(({ signed, receipts }) => ({ signed, receipts: receipts.size }))
  if (!best?.certificate) {
    const holders = new Set(answers.map(({ slot }) => slot))
    return { holders, uncertified: new Set(), unfinished }
  }
  const { certificate, headRecord, holders, uncertified } = best
  return { certified: { certificate, headRecord }, holders, uncertified, unfinished }
}

function byRank(a: Candidate, b: Candidate): number {
  const [x, y] = [a.signed.state, b.signed.state]
  if (x.nonce !== y.nonce) return x.nonce < y.nonce ? -1 : 1
  return x.term < y.term ? -1 : x.term > y.term ? 1 : 0
}

/**
 * The term for the next state, or `undefined` when a state in the way may have reached a quorum with slots that did not
 * answer. One that cannot have is replaced by a state of a higher term.
 */
export function nextTerm(
  belief: Belief,
  { n, q, answered }: { n: number; q: number; answered: number },
): bigint | undefined {
  if (belief.unfinished.some(({ receipts }) => receipts + (n - answered) >= q)) return undefined
  const certified = belief.certified?.certificate.signed.state.term ?? 0n
  const inTheWay = belief.unfinished.map(({ signed }) => signed.state.term)
  if (inTheWay.length === 0) return certified > 0n ? certified : 1n
  return [certified, ...inTheWay].reduce((a, b) => (a > b ? a : b)) + 1n
}
