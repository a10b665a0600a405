import { type ChunkEntry, SEALED_CHUNK_BYTES, type SealedChunk, StorgoError, sealChunk } from '@storgo/protocol'
import type { Hex } from 'viem'
import { bytesToHex, hexToBytes } from 'viem/utils'
import type { WriteSession } from './write-session.ts'

/**
 * Puts sealed chunks into the log, each once per volume, and counts which manifest names which. A chunk that no
 * manifest names yet has 0 refs: an interrupted `put` finds it again.
 */
export class ChunkStore {
  readonly #write: WriteSession
  readonly #signal: AbortSignal
  readonly #startSeconds = Math.floor(Date.now() / 1000)
  /** Where chunks are sealed, one after the other: the log copies them. */
  readonly #room = new Uint8Array(SEALED_CHUNK_BYTES)
  #dedupedBytes = 0
  #resumedBytes = 0
  #droppedBytes = 0

  constructor(write: WriteSession, signal: AbortSignal) {
    this.#write = write
    this.#signal = signal
  }

  /** Plain bytes whose chunks were there already. */
  get dedupedBytes(): number {
    return this.#dedupedBytes
  }

  /** Of those, the ones that a put left there which did not get to its end: no file named them. */
  get resumedBytes(): number {
    return this.#resumedBytes
  }

  /** Sealed bytes that nothing in the catalog names any more. */
  get droppedBytes(): number {
    return this.#droppedBytes
  }

  /**
   * One call at a time.
   * @param plain 1 byte … 1 MiB. `named` learns that the manifest being written names the chunk.
   * @returns the chunk, whose `sealed` bytes are valid until the next call.
   */
  async addPlain(plain: Uint8Array, named: Set<Hex>): Promise<SealedChunk> {
    const chunk = await sealChunk(this.#write.version.keys.volumeKey, plain, this.#room)
    const known = await this.add(chunk, named)
    if (known) this.#dedupedBytes += plain.length
    if (known && this.#isLeftOver(known)) this.#resumedBytes += plain.length
    return chunk
  }

  /** Stores a sealed chunk, manifest node or root. @returns its entry if the volume held it already. */
  async add(
    { sealed, digest }: Pick<SealedChunk, 'sealed' | 'digest'>,
    named: Set<Hex>,
  ): Promise<ChunkEntry | undefined> {
    const { draft, writer } = this.#write
    named.add(bytesToHex(digest))
    const known = await draft.chunk(digest)
    if (known) return known
    const { offset, length } = await writer.append(sealed)
    draft.setChunk(digest, { offset, sealedBytes: length, refs: 0, sinceSeconds: Math.floor(Date.now() / 1000) })
    return undefined
  }

  /** The sealed bytes of a chunk that the volume holds. @throws {StorgoError} `CATALOG_CORRUPT` if it holds none. */
  async load(digest: Uint8Array): Promise<Uint8Array> {
    const { draft, writer } = this.#write
    const entry = await draft.chunk(digest)
    if (!entry) throw new StorgoError('CATALOG_CORRUPT', 'the catalog lacks a chunk that a manifest names')
    const extent = { offset: entry.offset, length: entry.sealedBytes }
    // Slots give out only what is part of a state.
    if (writer.log.unsigned.touches(extent)) await this.#write.commit()
    const [sealed] = await this.#write.read([extent], this.#signal)
    return sealed as Uint8Array
  }

  /** One manifest more (`by` = 1) or less (−1) names these chunks; those that none names any more leave the catalog. */
  async count(named: ReadonlySet<Hex>, by: 1 | -1): Promise<void> {
    const { draft } = this.#write
    for (const name of named) {
      const digest = hexToBytes(name)
      const entry = await draft.chunk(digest)
      if (!entry) continue
      const { offset, sealedBytes } = entry
      const refs = entry.refs + by
      if (refs <= 0) this.#droppedBytes += sealedBytes
      draft.setChunk(digest, refs > 0 ? { offset, sealedBytes, refs } : undefined)
    }
  }

  #isLeftOver({ refs, sinceSeconds = 0 }: ChunkEntry): boolean {
    return refs === 0 && sinceSeconds < this.#startSeconds
  }
}
