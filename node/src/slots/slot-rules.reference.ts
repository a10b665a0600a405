import { SECTOR_BYTES } from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'

/** A sector's content as the seeds whose sectors, XORed together, give its bytes; empty is zeros. */
export type Content = ReadonlySet<number>
export type ModelState = { nonce: number; term: number; sectors: readonly Content[] }
export type ModelUpload = { base: ModelState | undefined; baseNonce: number; sectors: Map<number, Content> }

/** What one slot must do, in memory and without any bytes. Outcomes are an error's code, or `OK`. */
export class SlotRules {
  certified: ModelState | undefined
  latest: ModelState | undefined
  upload: ModelUpload | undefined

  /** The held state of that nonce; 0 is the empty state. */
  #base(nonce: number): ModelState | undefined | 'none' {
    if (this.latest?.nonce === nonce) return this.latest
    return (this.certified?.nonce ?? 0) === nonce ? this.certified : 'none'
  }

  write(baseNonce: number, sector: number, seed: number, mode: 'xor' | 'replace'): string {
    const base = this.#base(baseNonce)
    if (base === 'none') return 'STATE_STALE'
    if (this.upload !== undefined && (this.upload.baseNonce !== baseNonce || this.upload.base !== base))
      return 'STATE_STALE'
    this.upload ??= { base, baseNonce, sectors: new Map() }
    const before = this.upload.sectors.get(sector) ?? base?.sectors[sector] ?? new Set()
    this.upload.sectors.set(sector, mode === 'replace' ? new Set([seed]) : before.symmetricDifference(new Set([seed])))
    return 'OK'
  }

  /** `parent`: the held state that the new one names. */
  commit(next: ModelState, parent: ModelState | undefined, upload: ModelUpload | undefined): string {
    if (next.nonce !== (parent?.nonce ?? 0) + 1) return 'STATE_STALE'
    const onLatest = this.latest !== undefined && parent === this.latest
    if (!onLatest && parent !== this.certified) return 'STATE_STALE'
    if (next.term < (parent?.term ?? 0)) return 'STATE_STALE'
    if (!onLatest && this.latest !== undefined) {
      if (next.term < this.latest.term) return 'STATE_STALE'
      if (next.term === this.latest.term) return 'STATE_UNFINISHED'
    }
    if (upload !== undefined && upload.base !== parent) return 'STATE_STALE'
    if (onLatest) this.certified = this.latest
    this.latest = next
    this.upload = undefined
    return 'OK'
  }

  certify(state: ModelState | undefined): string {
    if (state === undefined) return 'NONE'
    if (state === this.certified) return 'OK'
    if (state !== this.latest) return 'STATE_STALE'
    this.certified = state
    this.latest = undefined
    return 'OK'
  }
}

/** The bytes that a content stands for. */
export function bytesOfContent(content: Content): Uint8Array {
  const words = new BigUint64Array(SECTOR_BYTES / 8)
  for (const seed of content) {
    const other = new BigUint64Array(aSector(seed).buffer)
    for (let index = 0; index < words.length; index++) words[index]! ^= other[index]!
  }
  return new Uint8Array(words.buffer)
}
