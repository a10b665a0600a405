import {
  equalBytes,
  type FreedRun,
  HASH_BYTES,
  isStorgoError,
  quorum,
  type Receipt,
  type SectorRun,
  type SignedState,
  type SlotSyncReply,
  StorgoError,
  stateDigest,
  volumeRoot,
} from '@storgo/protocol'
import { bytesToHex } from 'viem/utils'
import { agreeOnFreed } from './agree-on-freed.ts'
import { AnswerChecker, type CheckedVolume } from './check-answer.ts'
import { refusalOf } from './refusal.ts'
import type { SlotLink } from './slot-link.ts'

const SYNC_MS = 5_000
/** A slot that needs more replies than this for its changes has changed all over. */
const MOST_PAGES = 64
/** More sectors than this are not listed one by one. */
const MOST_LISTED = 1_000_000

export type WhatChangedOptions = {
  record: CheckedVolume
  /** The slot that lags. */
  slot: number
  /** Nonce of the state that it holds; 0 if none. */
  since: bigint
  /** The uncertified state that most slots hold, instead of the highest certified one. */
  uncertified: boolean
  /** Links to other slots. */
  links: readonly SlotLink[]
  signal: AbortSignal
}

/** A state that `slot` lags behind, verified, and what it takes to get there. */
export type Changes = {
  signed: SignedState
  /** Of the certificate; for an uncertified state those of the slots that answered. */
  receipts: readonly Receipt[]
  headRecord: Uint8Array
  /** n slot roots of 32 bytes, which lead to the state's root. */
  slotRoots: Uint8Array
  /** Stripes freed after `since` and still free. */
  freed: FreedRun[]
  /**
   * Sectors of `slot` that may differ from those of state `since`, in rising order; `all` if that is simpler. Nothing is
   * missing if the asked slots told the truth: compare the slot's root with `slotRoots`.
   */
  sectors: number[] | 'all'
  /** Links to the slots that hold the state. */
  holders: SlotLink[]
}

type Answer = { link: SlotLink; uncertified: boolean; digest: string; reply: SlotSyncReply }

/**
 * Asks the other slots for their state and what changed since. States, receipts, head record and slot roots are verified;
 * that of any k slots at least one changed where the lagging one did follows from the erasure code.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` unless k slots hold one such state. Rejects with the signal's reason when it aborts.
 */
export async function whatChanged(options: WhatChangedOptions): Promise<Changes> {
  const { record, since, uncertified, links, signal } = options
  const asking = new Asking(options)
  const others = links.filter(({ slot }) => slot !== options.slot)
  const answers = await asking.ask(others, uncertified)
  const holding = uncertified ? mostHeld(answers) : await withLateHolders(certifiedOf(answers, record), answers, asking)
  const [first] = holding
  if (!first || holding.length < record.k) throw asking.shortage(holding.length)
  const { signed, headRecord, slotRoots } = first.reply
  const { sectors: size } = signed.state
  const told = await asking.changes(holding)
  signal.throwIfAborted()
  if (told.length < record.k) throw asking.shortage(told.length)
  const changed = told.flatMap(({ changed: runs }) => runs ?? [{ first: 0, count: size }])
  return {
    ...{ signed, headRecord, slotRoots },
    receipts: uncertified ? receiptsOf(holding) : first.reply.receipts,
    freed: agreeOnFreed(told.map(({ freed }) => freed)),
    sectors: since === 0n ? 'all' : listed(changed, size),
    holders: holding.map(({ link }) => link),
  }
}

class Asking {
  readonly #options: WhatChangedOptions
  readonly #checker: AnswerChecker
  readonly #errors: unknown[] = []

  constructor(options: WhatChangedOptions) {
    this.#options = options
    this.#checker = new AnswerChecker(options.record)
  }

  /** The answers that hold good. */
  async ask(links: readonly SlotLink[], uncertified: boolean): Promise<Answer[]> {
    const answers = await Promise.all(
      links.map(async (link) => this.#settled(async () => this.#verified(link, uncertified))),
    )
    return answers.filter((answer) => answer !== undefined)
  }

  /** What changed at the first k of those slots that tell it to the end; `changed` is absent when it is too much to tell. */
  async changes(holding: readonly Answer[]): Promise<{ changed?: SectorRun[]; freed: FreedRun[] }[]> {
    const told: { changed?: SectorRun[]; freed: FreedRun[] }[] = []
    // What a slot says of its changes may take many replies: those come first that are expected to be quick.
    const order = holding.map((answer) => ({ answer, ms: answer.link.expectedMs(0) })).sort((a, b) => a.ms - b.ms)
    for (const { answer } of order) {
      if (told.length === this.#options.record.k) break
      const pages = await this.#settled(() => this.#pages(answer))
      if (pages) told.push(pages)
    }
    return told
  }

  shortage(good: number): unknown {
    const { record, signal } = this.#options
    if (signal.aborted) return signal.reason
    const { volumeId, k, m } = record
    return refusalOf(this.#errors, { volumeId, slots: k + m, good, needed: k, what: 'hold one state to catch up with' })
  }

  async #settled<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!isStorgoError(error) && !this.#options.signal.aborted) throw error
      this.#errors.push(error)
      return undefined
    }
  }

  async #verified(link: SlotLink, uncertified: boolean): Promise<Answer> {
    const { record } = this.#options
    const reply = await this.#sync(link, uncertified, 0)
    const { signed, receipts, headRecord, slotRoots } = reply
    const [receipt] = receipts
    if (isCertified(reply, record)) {
      await this.#checker.check(link.slot, { certified: { certificate: { signed, receipts }, headRecord } })
    } else if (receipt && receipts.length === 1) {
      await this.#checker.check(link.slot, { latest: { signed, receipt, headRecord } })
    } else throw invalid('neither a certificate nor a receipt of its own', link)
    const { sectors, root } = signed.state
    if (sectors > 0 && slotRoots.length !== (record.k + record.m) * HASH_BYTES) throw invalid('other slots', link)
    if (!equalBytes(volumeRoot(slotRoots, sectors), root)) {
      const { slot } = link
      throw new StorgoError('STATE_ROOT_MISMATCH', `slot ${slot} sent slot roots of another state`, { slot })
    }
    return { link, uncertified, digest: bytesToHex(stateDigest(signed.state, record.domain)), reply }
  }

  async #pages({ link, uncertified, digest, reply }: Answer): Promise<{ changed?: SectorRun[]; freed: FreedRun[] }> {
    const changed = [...reply.changed]
    const freed = [...reply.freed]
    let { next } = reply
    for (let page = 1, after = 0; next !== undefined; page++) {
      if (page === MOST_PAGES) return { freed }
      if (next <= after) throw invalid('pages that do not go on', link)
      after = next
      const more = await this.#sync(link, uncertified, after)
      if (bytesToHex(stateDigest(more.signed.state, this.#options.record.domain)) !== digest) {
        throw new StorgoError('STATE_STALE', `slot ${link.slot} has a newer state by now`, { slot: link.slot })
      }
      changed.push(...more.changed)
      freed.push(...more.freed)
      next = more.next
    }
    return { changed, freed }
  }

  #sync(link: SlotLink, uncertified: boolean, after: number): Promise<SlotSyncReply> {
    const { since, signal } = this.#options
    return link.sync({ since, uncertified, after }, { signal, timeoutMs: SYNC_MS })
  }
}

function isCertified({ receipts }: SlotSyncReply, { k, m }: CheckedVolume): boolean {
  return receipts.length >= quorum(k, m)
}

/** The answers with the highest certified state: of one nonce there is only one. */
function certifiedOf(answers: readonly Answer[], record: CheckedVolume): Answer[] {
  const certified = answers.filter(({ reply }) => isCertified(reply, record))
  const highest = certified.toSorted(byNonce).at(-1)
  return certified.filter(({ digest }) => digest === highest?.digest)
}

/** With those slots that hold the same state and have not seen its certificate. */
async function withLateHolders(holding: Answer[], answers: readonly Answer[], asking: Asking): Promise<Answer[]> {
  const [first] = holding
  const late = answers.filter((answer) => !answer.uncertified && !holding.includes(answer)).map(({ link }) => link)
  if (!first || late.length === 0) return holding
  const again = await asking.ask(late, true)
  return [...holding, ...again.filter(({ digest }) => digest === first.digest)]
}

/** The answers with the state of the highest nonce, of those the one most slots hold. */
function mostHeld(answers: readonly Answer[]): Answer[] {
  const holding = Map.groupBy(answers, ({ digest }) => digest)
  const groups = [...holding.values()].toSorted(([a], [b]) => (a && b ? byNonce(a, b) : 0))
  const nonce = groups.at(-1)?.[0]?.reply.signed.state.nonce
  const highest = groups.filter(([answer]) => answer?.reply.signed.state.nonce === nonce)
  return highest.toSorted((a, b) => a.length - b.length).at(-1) ?? []
}

function byNonce({ reply: { signed: a } }: Answer, { reply: { signed: b } }: Answer): number {
  return a.state.nonce < b.state.nonce ? -1 : a.state.nonce > b.state.nonce ? 1 : 0
}

/** A certificate if one of them has it, else the receipts of all. */
function receiptsOf(holding: readonly Answer[]): readonly Receipt[] {
  const receipts = holding.map(({ reply }) => reply.receipts)
  return receipts.find(({ length }) => length > 1) ?? receipts.flat()
}

/** The sectors of the runs, each once. */
function listed(runs: readonly SectorRun[], size: number): number[] | 'all' {
  const sectors: number[] = []
  let from = 0
  for (const { first, count } of runs.toSorted((a, b) => a.first - b.first)) {
    const end = Math.min(first + count, size)
    from = Math.max(from, first)
    if (sectors.length + (end - from) > MOST_LISTED) return 'all'
    for (; from < end; from++) sectors.push(from)
  }
  return sectors.length === size ? 'all' : sectors
}

function invalid(what: string, { slot }: SlotLink): StorgoError {
  return new StorgoError('REQUEST_INVALID', `slot ${slot} answered with ${what}`, { slot })
}
