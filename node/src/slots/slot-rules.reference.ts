import { SECTOR_BYTES } from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'

/** The parts of a sector that have any bytes: one for small patches, one for large ones, one for whole sectors alone. */
export const AREAS = [
  { offset: 0, length: 1_000 },
  { offset: 300_000, length: 80_000 },
  { offset: 400_000, length: SECTOR_BYTES - 400_000 },
] as const

/** What an area holds: the seeds whose sectors' bytes there, XORed together, give its own; empty is zeros. */
type Area = ReadonlySet<number>
/** A sector's content, by area. */
export type Content = readonly Area[]
export const ZEROS: Content = AREAS.map(() => new Set<number>())

export type ModelState = {
  nonce: number
  /** Undefined for the empty state. */
  parent: ModelState | undefined
  sectors: readonly Content[]
  freed: readonly number[]
}
/** A new content of some of a sector's areas, from one seed. */
export type ModelPatch = { sector: number; mode: 'xor' | 'replace' | 'fresh'; areas: readonly number[]; seed: number }
type Mark = { epoch: number; nonce: number } | 'reused'
export type ModelHeld = { state: ModelState; term: number; marks: ReadonlyMap<number, Mark> }
export type ModelCommit = {
  state: ModelState
  term: number
  writer: number
  refuted: boolean
  patches: readonly ModelPatch[]
}

/** What one slot must do, in memory and without any bytes. Outcomes are an error's code, or `OK`. */
export class SlotRules {
  readonly isData: boolean
  readonly retentionEpochs: number
  certified: ModelHeld | undefined
  latest: ModelHeld | undefined
  promised = { term: 0, writer: -1 }
  epoch = 0
  releasedNonce = 0

  constructor({ isData, retentionEpochs }: { isData: boolean; retentionEpochs: number }) {
    this.isData = isData
    this.retentionEpochs = retentionEpochs
  }

  pen(term: number, writer: number): string {
    if (!this.#mayPromise(term, writer)) return 'PEN_TAKEN'
    this.promised = { term, writer }
    return 'OK'
  }

  commit({ state, term, writer, refuted, patches }: ModelCommit): string {
    if (!this.#mayPromise(term, writer)) return 'PEN_TAKEN'
    if (state === this.certified?.state) return 'OK'
    if (this.latest !== undefined && state === this.latest.state) {
      if (term > this.latest.term) {
        this.latest = { ...this.latest, term }
        this.promised = { term, writer }
      }
      return 'OK'
    }
    const ontoLatest = this.latest !== undefined && state.parent === this.latest.state
    if (!ontoLatest && state.parent !== this.certified?.state) return 'STATE_STALE'
    if (!ontoLatest && this.latest !== undefined) {
      if (term === this.latest.term) return 'STATE_UNFINISHED'
      if (!refuted) return 'REFUSALS_MISSING'
    }
    const base = ontoLatest ? this.latest : this.certified
    const baseSectors = base?.state.sectors ?? []
    if (state.sectors.length < baseSectors.length) return 'STRIPE_RETAINED'
    if (!patches.every((patch) => this.#isAllowed(patch, base))) return 'STRIPE_RETAINED'

    const marks = new Map(base?.marks)
    for (const { sector, mode } of patches) {
      if (mode !== 'xor' && typeof marks.get(sector) === 'object') marks.set(sector, 'reused')
    }
    for (const stripe of state.freed) marks.set(stripe, { epoch: this.epoch, nonce: state.nonce })
    if (ontoLatest) this.certified = this.latest
    this.latest = { state, term, marks }
    this.promised = { term, writer }
    return 'OK'
  }

  certify(state: ModelState): string {
    if (state === this.certified?.state) return 'OK'
    if (state !== this.latest?.state) return 'STATE_STALE'
    this.certified = this.latest
    this.latest = undefined
    return 'OK'
  }

  #mayPromise(term: number, writer: number): boolean {
    return term > this.promised.term || (term === this.promised.term && writer === this.promised.writer)
  }

  #isAllowed(patch: ModelPatch, base: ModelHeld | undefined): boolean {
    const sectors = base?.state.sectors ?? []
    const before = sectors[patch.sector] ?? ZEROS
    const after = contentAfter(before, patch)
    if (before.every((area) => area.size === 0) || before.every((area, index) => isSame(area, after[index])))
      return true
    const mark = base?.marks.get(patch.sector)
    if (patch.mode !== 'xor' && typeof mark === 'object') {
      if (mark.nonce <= this.releasedNonce || mark.epoch + this.retentionEpochs < this.epoch) return true
    }
    if (this.isData) return before.every((area, index) => area.size === 0 || isSame(area, after[index]))
    return patch.sector === sectors.length - 1 || mark === 'reused'
  }
}

export function contentAfter(before: Content, { mode, areas, seed }: ModelPatch): Content {
  if (mode === 'replace') return before.map(() => new Set([seed]))
  const under = mode === 'fresh' ? ZEROS : before
  return under.map((area, index) => (areas.includes(index) ? area.symmetricDifference(new Set([seed])) : area))
}

function isSame(area: Area, other: Area | undefined): boolean {
  return other !== undefined && area.symmetricDifference(other).size === 0
}

/** The bytes that a content stands for: zeros between the areas. */
export function bytesOfContent(content: Content): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES)
  for (const [index, { offset, length }] of AREAS.entries()) {
    for (const seed of content[index] ?? []) {
      const other = aSector(seed)
      for (let at = offset; at < offset + length; at++) bytes[at] = (bytes[at] ?? 0) ^ (other[at] ?? 0)
    }
  }
  return bytes
}
