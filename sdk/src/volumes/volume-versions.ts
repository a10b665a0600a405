import {
  Catalog,
  decodeHead,
  ErasureCode,
  type Extent,
  isStorgoError,
  readEnvelopes,
  type State,
  StorgoError,
} from '@storgo/protocol'
import { attach } from './attach.ts'
import type { Belief, PossibleState } from './believe.ts'
import { BlockCache } from './block-cache.ts'
import type { Logger } from './logger.ts'
import { SlotHealth } from './slot-health.ts'
import { SlotTroubles } from './slot-troubles.ts'
import { openVersion, type Reading, type Version } from './version.ts'
import type { VolumeKeys } from './volume-keys.ts'
import { VolumeReader } from './volume-reader.ts'
import type { VolumeRecord } from './volume-record.ts'

/** Catalog nodes kept, in sealed bytes. */
const CATALOG_CACHE_BYTES = 8 << 20
/** How old the slots' answers may be for a reader. */
const FRESH_MS = 2_000
/** How old what the chain says may be. */
const RECORD_MS = 30_000

type SignalOption = { signal?: AbortSignal | undefined }

export type VolumeVersionsOptions = {
  /** Reads the volume from the chain. @throws {StorgoError} `VOLUME_UNKNOWN`. */
  readRecord: (options: SignalOption) => Promise<VolumeRecord>
  keysOf: (record: VolumeRecord) => VolumeKeys
  logger: Logger
}

/** What a client knows of one volume: what the chain says, how its slots do, its last certified version. */
export class VolumeVersions {
  readonly health = new SlotHealth()
  readonly #options: VolumeVersionsOptions
  #blocks = new BlockCache()
  #record: { value: VolumeRecord; readMs: number } | undefined
  #version: { value: Version; readMs: number } | undefined
  /** Above it, a version that may be certified. Reads see it, writes settle first whether it is. */
  #possible: { value: Version; readMs: number } | undefined
  #attaching: Promise<Version> | undefined
  #troubles: SlotTroubles | undefined
  #catalog: Catalog | undefined
  /** Where catalog nodes are read at the moment. */
  #reader: VolumeReader | undefined
  #appendNode: ((sealed: Uint8Array) => Promise<Extent>) | undefined

  constructor(options: VolumeVersionsOptions) {
    this.#options = options
  }

  /**
   * For the reads of one call: all see the version at hand if that is fresh, else what a quorum of slots holds now. A
   * read that fails for want of slots runs once more when some of them have meanwhile moved on to another state.
   */
  reading(signal: AbortSignal | undefined): Reading {
    let pinned: Promise<Version> | undefined
    return async (use) => {
      pinned ??= this.#toRead()
      const version = await pinned
      signal?.throwIfAborted()
      try {
        return await use(version)
      } catch (error) {
        if (!isStorgoError(error, 'NOT_ENOUGH_SLOTS') || !this.#hasMoved(version)) throw error
        pinned = this.#toRead()
        return use(await pinned)
      }
    }
  }

  /** The volume as the chain knew it some seconds ago. */
  async record({ signal }: SignalOption): Promise<VolumeRecord> {
    const fresh = this.#record && performance.now() - this.#record.readMs < RECORD_MS
    if (fresh && this.#record) return this.#record.value
    const value = await this.#options.readRecord({ signal })
    this.#record = { value, readMs: performance.now() }
    this.health.judgeBy(value.links)
    return value
  }

  /** From now on the chain is asked anew. */
  forgetRecord(): void {
    this.#record = undefined
  }

  troubles({ volumeId }: VolumeRecord): SlotTroubles {
    this.#troubles ??= new SlotTroubles(volumeId, this.#options.logger)
    return this.#troubles
  }

  /** Where the nodes of the next version of the catalog go; nowhere while nothing is written. */
  writeNodesTo(append: ((sealed: Uint8Array) => Promise<Extent>) | undefined): void {
    this.#appendNode = append
  }

  /** Opens what the slots are believed to hold, unless a later version is known already. */
  async adopt(record: VolumeRecord, certified: Belief['certified']): Promise<Version> {
    const keys = this.#options.keysOf(record)
    const state = certified?.certificate.signed.state
    const known = this.#version?.value
    const knownNonce = known?.certificate?.signed.state.nonce ?? 0n
    const nonce = state?.nonce ?? 0n
    // A certified state is never undone: answers from before the last write of this client are late, or lies.
    if (known && (knownNonce > nonce || (knownNonce === nonce && known.record === record))) return this.#know(known)
    this.#blocks = new BlockCache()
    const value = await openVersion(record, keys, certified, {
      catalog: this.#catalogOf(keys),
      readerOf: (tail) => state && this.#readerOf(record, state, tail),
    })
    return this.#know(value)
  }

  /** The version that a commit of this client has made, which wrote these extents. */
  committed(
    version: Version,
    next: Pick<Version, 'head'> & { certificate: NonNullable<Version['certificate']>; written: readonly Extent[] },
  ): Version {
    const { certificate, head, written } = next
    this.#blocks = this.#blocks.without(written, version.record.k)
    const reader = this.#readerOf(version.record, certificate.signed.state, head.tail)
    return this.#know({ ...version, reader, certificate, head, catalog: version.catalog.at(head.root) })
  }

  /** Reads what is part of the version known last. */
  async read(extents: readonly Extent[], signal: AbortSignal): Promise<Uint8Array[]> {
    if (!this.#reader) throw new StorgoError('CATALOG_CORRUPT', 'an empty volume has nothing to read')
    return this.#reader.read(extents, signal)
  }

  /** An entry of the catalog of the version known last. */
  async entry(key: Uint8Array): ReturnType<Catalog['get']> {
    return this.#version?.value.catalog.get(key)
  }

  /** Whether the slots have another version than this one; if so the next read asks them. */
  #hasMoved(version: Version): boolean {
    const known = this.#possible ?? this.#version
    if (known && known.value !== version) return true
    if (!this.health.stale()) return this.#attaching !== undefined
    this.health.forgetStale()
    this.#version = undefined
    this.#possible = undefined
    return true
  }

  #toRead(): Promise<Version> {
    const known = this.#possible ?? this.#version
    if (known && performance.now() - known.readMs < FRESH_MS) return Promise.resolve(known.value)
    // Whoever asks meanwhile waits for the same answers.
    this.#attaching ??= this.#attach().finally(() => {
      this.#attaching = undefined
    })
    return this.#attaching
  }

  async #attach(): Promise<Version> {
    const record = await this.record({})
    const { certified, possible } = await attach(record, { health: this.health, troubles: this.troubles(record) })
    const version = await this.adopt(record, certified)
    const nonce = version.certificate?.signed.state.nonce ?? 0n
    if (!possible || possible.signed.state.nonce <= nonce) return version
    const value = await this.#openPossible(record, possible)
    this.#possible = { value, readMs: performance.now() }
    return value
  }

  /** Apart from all that writes begin on, which must not see what may yet be undone. */
  async #openPossible(record: VolumeRecord, { signed, headRecord }: PossibleState): Promise<Version> {
    const keys = this.#options.keysOf(record)
    const head = await decodeHead(headRecord, keys.headKey)
    const reader = this.#readerOf(record, signed.state, head.tail)
    const { signal } = new AbortController()
    const catalog = Catalog.open({
      ...{ root: head.root, volumeKey: keys.volumeKey, cacheBytes: CATALOG_CACHE_BYTES },
      load: async (ref) => (await reader.read([ref], signal))[0] as Uint8Array,
      append: async () => {
        throw new StorgoError('INTERNAL', 'this version of the catalog is only read')
      },
    })
    return { record, keys, reader, catalog, head, envelopes: readEnvelopes(headRecord) }
  }

  #know(value: Version): Version {
    this.#reader = value.reader
    this.#possible = undefined
    this.#version = { value, readMs: performance.now() }
    return value
  }

  /** All versions share one store of nodes: a node's key names its bytes, so it never goes out of date. */
  #catalogOf({ volumeKey }: VolumeKeys): Catalog {
    this.#catalog ??= Catalog.open({
      root: null,
      volumeKey,
      cacheBytes: CATALOG_CACHE_BYTES,
      // Bounded by the slots' own deadlines.
      load: async (ref) => (await this.read([ref], new AbortController().signal))[0] as Uint8Array,
      append: async (sealed) => {
        if (!this.#appendNode) throw new StorgoError('INTERNAL', 'the catalog changes outside a write')
        return this.#appendNode(sealed)
      },
    })
    return this.#catalog
  }

  #readerOf(record: VolumeRecord, state: State, tail: number): VolumeReader {
    const code = ErasureCode.create(record.k, record.m)
    const watchers = { health: this.health, troubles: this.troubles(record) }
    return new VolumeReader({ record, code, state, tail, blocks: this.#blocks, ...watchers })
  }
}
