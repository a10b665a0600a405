import { digestSha256, randomBytes } from '#platform'
import { StorgoError } from '../errors.ts'
import { chunkKey } from '../keys/derive-keys.ts'
import { RAW } from '../sealing/encode-chunk.ts'
import { seal } from '../sealing/seal.ts'
import {
  assertManifestEntry,
  encodeManifest,
  encodeManifestNode,
  MAX_MANIFEST_ENTRIES,
  MAX_MANIFEST_LEVEL,
  type ManifestEntry,
} from './manifest-format.ts'
import { type SealedManifest, sealManifest } from './sealed-manifest.ts'

/** A sealed node of a manifest; like a chunk it is named by the digest of its sealed bytes. */
export type SealedManifestNode = { digest: Uint8Array; sealed: Uint8Array }

export type ManifestWriterOptions = {
  volumeKey: Uint8Array
  /** Keeps a node; only files of more than 4 096 chunks have any. */
  store(node: SealedManifestNode): Promise<void>
}

/**
 * Writes the manifest of one file, chunk after chunk, in memory of at most 4 096 entries a level. Nodes are the same for
 * the same chunks, so that a file stored again stores only its root again.
 */
export class ManifestWriter {
  readonly #volumeKey: Uint8Array
  readonly #store: ManifestWriterOptions['store']
  /** Entries not in a node yet, by level. */
  readonly #levels: ManifestEntry[][] = [[]]
  #size = 0

  constructor({ volumeKey, store }: ManifestWriterOptions) {
    this.#volumeKey = volumeKey
    this.#store = store
  }

  /** Bytes of the file so far. */
  get size(): number {
    return this.#size
  }

  /**
   * The file's next chunk; calls must not overlap.
   *
   * @throws {StorgoError} `REQUEST_INVALID` for an entry of no chunk, or a file of more bytes than can be counted.
   */
  async add({ digest, key, plainBytes, codec, sealedBytes }: ManifestEntry): Promise<void> {
    const entry = { digest, key, plainBytes, codec, sealedBytes }
    assertManifestEntry(entry, 0)
    if (!Number.isSafeInteger(this.#size + plainBytes)) {
      throw new StorgoError('REQUEST_INVALID', 'the file is too large', { bytes: this.#size })
    }
    await this.#push(0, entry)
    this.#size += plainBytes
  }

  /** The manifest's root, sealed with a fresh key. The caller keeps its sealed bytes under its digest. */
  async finish({ mediaType, modifiedMs }: { mediaType: string; modifiedMs: number }): Promise<SealedManifest> {
    // What is left on a level goes into a last node as long as there is a level above it.
    for (let level = 0; level < this.#levels.length - 1; level++) await this.#flush(level)
    const level = this.#levels.length - 1
    const entries = this.#levels[level] ?? []
    const bytes = encodeManifest({ size: this.#size, mediaType, modifiedMs, level, entries })
    return { ...(await sealManifest(bytes, randomBytes(32))), size: this.#size }
  }

  async #push(level: number, entry: ManifestEntry): Promise<void> {
    // A node is written only when one entry more than it holds has come, so that none stands alone on its level.
    if (this.#levels[level]?.length === MAX_MANIFEST_ENTRIES) await this.#flush(level)
    if (level > MAX_MANIFEST_LEVEL) throw new StorgoError('REQUEST_INVALID', 'the file has too many chunks')
    const entries = this.#levels[level]
    if (entries === undefined) this.#levels[level] = [entry]
    else entries.push(entry)
  }

  async #flush(level: number): Promise<void> {
    const entries = this.#levels[level] ?? []
    this.#levels[level] = []
    const bytes = encodeManifestNode({ level, entries })
    const key = await chunkKey(this.#volumeKey, bytes)
    const sealed = await seal(key, bytes)
    const digest = await digestSha256(sealed)
    await this.#store({ digest, sealed })
    const plainBytes = entries.reduce((sum, entry) => sum + entry.plainBytes, 0)
    await this.#push(level + 1, { digest, key, plainBytes, codec: RAW, sealedBytes: sealed.length })
  }
}
