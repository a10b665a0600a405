import { bytesToHex } from 'viem'
import { StorgoError } from '../errors.ts'
import type { Certificate } from '../state/certificate.ts'
import type { SigningDomain } from '../state/eip712.ts'
import type { Receipt } from '../state/receipt.ts'
import { type SignedState, stateDigest } from '../state/state.ts'
import type { Shape } from './refusals.ts'

/** What a slot held when it promised the pen; signatures and head records have been checked. */
export type SlotHolding<HeadRecord = Uint8Array> = {
  slot: number
  certified?: { certificate: Certificate; headRecord: HeadRecord }
  latest?: { signed: SignedState; digest: Uint8Array; receipt: Receipt; headRecord: HeadRecord }
}

/**
 * What a writer that holds the pen does first. `certified`: the highest certified state, absent for an empty volume.
 * `holders`: the slots that hold it, as certified or not yet; `behind`: those that have to catch up first.
 *
 * `next`: `write` onto the certified state; `complete` a later state that may have been certified, at its `holders` and
 * then at the others that hold the certified one; or `undo`: write onto the certified state, and let the slots give up what
 * is above it. In the latter two, all promises go along with the commits as refusals.
 */
export type Decision<HeadRecord = Uint8Array> = {
  certified?: { certificate: Certificate; headRecord: HeadRecord }
  holders: Set<number>
  behind: Set<number>
  next:
    | { kind: 'write' }
    | { kind: 'complete'; signed: SignedState; headRecord: HeadRecord; holders: Set<number> }
    | { kind: 'undo' }
}

type Candidate<HeadRecord> = {
  digest: string
  signed: SignedState
  headRecord: HeadRecord
  certificate?: Certificate
  /** Of slots that hold it uncertified. */
  receipts: Receipt[]
  holders: Set<number>
}

/**
 * @param promises of distinct slots, all of one term.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` with fewer than q of them.
 */
export function decide<HeadRecord = Uint8Array>(
  promises: readonly SlotHolding<HeadRecord>[],
  { n, q, domain }: Shape & { domain: SigningDomain },
): Decision<HeadRecord> {
  if (promises.length < q) {
    const details = { promises: promises.length, needed: q }
    throw new StorgoError('NOT_ENOUGH_SLOTS', 'Fewer slots than a quorum promised the pen.', details)
  }
  const candidates = candidatesOf(promises, domain)
  for (const candidate of candidates) {
    const certificate = candidate.certificate ?? certificateFrom(candidate, q)
    if (certificate !== undefined) candidate.certificate = certificate
  }
  const best = candidates
    .filter(({ certificate }) => certificate !== undefined)
    .toSorted(byNonce)
    .at(-1)
  const nonce = best?.signed.state.nonce ?? 0n

  const slots = promises.map(({ slot }) => slot)
  const holders = best?.holders ?? new Set(slots)
  const above = candidates.filter(({ signed }) => signed.state.nonce === nonce + 1n)
  // A certified state is still held by all of its q slots: so one that too few can hold was never certified.
  const silent = n - promises.length
  const possible = above
    .filter((candidate) => candidate.holders.size + silent >= q)
    .toSorted(byTerm)
    .at(-1)
  return {
    ...(best?.certificate && { certified: { certificate: best.certificate, headRecord: best.headRecord } }),
    holders,
    behind: new Set(slots.filter((slot) => !holders.has(slot))),
    next: nextOf(above.length > 0, possible),
  }
}

function nextOf<HeadRecord>(
  isSomethingAbove: boolean,
  possible: Candidate<HeadRecord> | undefined,
): Decision<HeadRecord>['next'] {
  if (possible === undefined) return { kind: isSomethingAbove ? 'undo' : 'write' }
  const { signed, headRecord, holders } = possible
  return { kind: 'complete', signed, headRecord, holders }
}

function candidatesOf<HeadRecord>(
  promises: readonly SlotHolding<HeadRecord>[],
  domain: SigningDomain,
): Candidate<HeadRecord>[] {
  const candidates = new Map<string, Candidate<HeadRecord>>()
  const candidate = (digest: Uint8Array, signed: SignedState, headRecord: HeadRecord): Candidate<HeadRecord> => {
    const key = bytesToHex(digest)
    const known = candidates.get(key)
    if (known !== undefined) return known
    const fresh = { digest: key, signed, headRecord, receipts: [], holders: new Set<number>() }
    candidates.set(key, fresh)
    return fresh
  }
  for (const { slot, certified, latest } of promises) {
    if (certified !== undefined) {
      const { certificate, headRecord } = certified
      const found = candidate(stateDigest(certificate.signed.state, domain), certificate.signed, headRecord)
      found.certificate ??= certificate
      found.holders.add(slot)
    }
    if (latest !== undefined) {
      const found = candidate(latest.digest, latest.signed, latest.headRecord)
      found.receipts.push(latest.receipt)
      found.holders.add(slot)
    }
  }
  return [...candidates.values()]
}

/** q receipts of one term are a certificate, also one that nobody has shown. */
function certificateFrom<HeadRecord>({ signed, receipts }: Candidate<HeadRecord>, q: number): Certificate | undefined {
  for (const { term } of receipts) {
    const ofTerm = receipts.filter((receipt) => receipt.term === term)
    if (ofTerm.length >= q) return { signed, receipts: ofTerm }
  }
  return undefined
}

function byNonce(a: Candidate<unknown>, b: Candidate<unknown>): number {
  return Number(a.signed.state.nonce - b.signed.state.nonce)
}

/** By the highest term under which a slot took it. */
function byTerm(a: Candidate<unknown>, b: Candidate<unknown>): number {
  return Number(highestTerm(a) - highestTerm(b))
}

function highestTerm({ receipts }: Candidate<unknown>): bigint {
  let highest = 0n
  for (const { term } of receipts) if (term > highest) highest = term
  return highest
}
