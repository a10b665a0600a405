import {
  Catalog,
  type Envelope,
  ErasureCode,
  type Extent,
  isStorgoError,
  type State,
  StorgoError,
} from '@storgo/protocol'
import { attach } from './attach.ts'
import type { Belief } from './believe.ts'
import { BlockCache } from './block-cache.ts'
import { CatalogDraft } from './catalog-draft.ts'
import type { LogWriter } from './log-writer.ts'
import type { Logger } from './logger.ts'
import { restoreLog } from './restore-log.ts'
import { type Committed, SlotFleet } from './slot-fleet.ts'
import { SlotHealth } from './slot-health.ts'
import { SlotTroubles } from './slot-troubles.ts'
import { FRONTIERS_KEY, frontiersOf } from './stored-frontiers.ts'
import { openVersion, type Reading, type Version } from './version.ts'
import type { VolumeKeys } from './volume-keys.ts'
import { VolumeReader } from './volume-reader.ts'
import type { VolumeRecord } from './volume-record.ts'
import { VolumeWriter } from './volume-writer.ts'
import { termToWrite, type WriteSession } from './write-session.ts'

/** Catalog nodes kept, in sealed bytes. */
const CATALOG_CACHE_BYTES = 8 << 20
/** How old the slots' answers may be for a reader. */
const FRESH_MS = 2_000
/** How old what the chain says may be for a reader. */
const RECORD_MS = 30_000

type SignalOption = { signal?: AbortSignal | undefined }

export type VolumeSessionOptions = {
  /** Reads the volume from the chain. @throws {StorgoError} `VOLUME_UNKNOWN`. */
  readRecord: (options: SignalOption) => Promise<VolumeRecord>
  keysOf: (record: VolumeRecord) => VolumeKeys
  /** Envelopes for the head record of a volume that has none yet. */
  sealKey: () => Promise<readonly Envelope[]>
  logger: Logger
}

/** What a client keeps of one volume between calls: its last certified version, how its slots do, the end of its log. */
export class VolumeSession {
  readonly #options: VolumeSessionOptions
  readonly #health = new SlotHealth()
  readonly #blocks = new BlockCache()
  #record: { value: VolumeRecord; readMs: number } | undefined
  #version: { value: Version; readMs: number } | undefined
  #attaching: Promise<Version> | undefined
  #troubles: SlotTroubles | undefined
  #catalog: Catalog | undefined
  /** Where catalog nodes are read and written at the moment. */
  #reader: VolumeReader | undefined
  #writer: VolumeWriter | undefined
  /** The end of the log after a state, kept while nothing has gone wrong. */
  #log: { value: LogWriter; nonce: bigint } | undefined
  #lastWrite: Promise<unknown> = Promise.resolve()

  constructor(options: VolumeSessionOptions) {
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
  async record(signal?: AbortSignal): Promise<VolumeRecord> {
    const fresh = this.#record && performance.now() - this.#record.readMs < RECORD_MS
    return fresh && this.#record ? this.#record.value : this.#readRecord(signal)
  }

  /**
   * Runs `use` while nothing else of this client writes the volume. When it fails, what it appended is forgotten.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS` below q live slots; `STATE_UNFINISHED` when another writer's state may have
   * reached a quorum; `VOLUME_CLOSED`; what `use` throws.
   */
  toWrite<T>(signal: AbortSignal, use: (session: WriteSession) => Promise<T>): Promise<T> {
    const write = this.#lastWrite.then(async () => {
      const given = new AbortController()
      try {
        return await use(await this.#openWrite(AbortSignal.any([signal, given.signal])))
      } catch (error) {
        this.#log = undefined
        // What is still on its way to the slots is given up with the write: no slot is to blame for that.
        given.abort(error)
        throw error
      } finally {
        this.#writer = undefined
      }
    })
    this.#lastWrite = write.catch(() => {})
    return write
  }

  /** Whether the slots have another version than this one; if so the next read asks them. */
  #hasMoved(version: Version): boolean {
    if (this.#version && this.#version.value !== version) return true
    if (!this.#health.stale()) return this.#attaching !== undefined
    this.#health.forgetStale()
    this.#version = undefined
    return true
  }

  #toRead(): Promise<Version> {
    if (this.#version && performance.now() - this.#version.readMs < FRESH_MS)
      return Promise.resolve(this.#version.value)
    // Whoever asks meanwhile waits for the same answers.
    this.#attaching ??= this.#attachToRead().finally(() => {
      this.#attaching = undefined
    })
    return this.#attaching
  }

  async #attachToRead(): Promise<Version> {
    const record = await this.record()
    const { belief } = await attach(record, { purpose: 'read', ...this.#watchers(record) })
    return this.#adopt(record, belief.certified)
  }

  /** Who learns of the slots' failures. */
  #watchers({ volumeId }: VolumeRecord) {
    this.#troubles ??= new SlotTroubles(volumeId, this.#options.logger)
    return { health: this.#health, troubles: this.#troubles }
  }

  async #openWrite(signal: AbortSignal): Promise<WriteSession> {
    signal.throwIfAborted()
    const { logger, sealKey } = this.#options
    const record = await this.#readRecord(signal)
    const { volumeId } = record
    if (record.closed) throw new StorgoError('VOLUME_CLOSED', `volume ${volumeId} is closed`, { volumeId })
    const { belief, answered } = await attach(record, { purpose: 'write', signal, ...this.#watchers(record) })
    const term = termToWrite(record, belief, answered)
    const version = await this.#adopt(record, belief.certified)
    const fleet = new SlotFleet({ record, holders: belief.holders, logger, signal })
    if (version.certificate) await fleet.certify(version.certificate, belief.uncertified)
    const log = await this.#logOf(version, signal)
    const envelopes = version.envelopes.length > 0 ? version.envelopes : await sealKey()
    const parent = version.certificate
    const writer = new VolumeWriter({ record, keys: version.keys, fleet, log, parent, term, envelopes })
    this.#writer = writer
    const draft = new CatalogDraft(version.catalog, version.head)
    return {
      version,
      writer,
      draft,
      holders: belief.holders.size,
      read: (extents, readSignal) => this.#read(extents, readSignal),
      commit: () => this.#commit(version, writer, draft),
    }
  }

  async #commit(version: Version, writer: VolumeWriter, draft: CatalogDraft): Promise<Committed> {
    const head = await draft.apply(writer.frontiers)
    const committed = await writer.commit(head)
    const { certificate } = committed
    const { log } = writer
    const reader = this.#readerOf(version.record, certificate.signed.state, log.tail)
    this.#reader = reader
    const next = {
      ...version,
      reader,
      certificate,
      catalog: version.catalog.at(head.root),
      head: { ...head, tail: log.tail },
    }
    this.#version = { value: next, readMs: performance.now() }
    this.#log = { value: log, nonce: certificate.signed.state.nonce }
    return committed
  }

  async #logOf({ record, reader, head, catalog, certificate }: Version, signal: AbortSignal): Promise<LogWriter> {
    const { k, m, billedSectors } = record
    const nonce = certificate?.signed.state.nonce ?? 0n
    if (this.#log?.nonce === nonce && this.#log.value.billedSectors === billedSectors) return this.#log.value
    const code = ErasureCode.create(k, m)
    const stored = frontiersOf(await catalog.get(FRONTIERS_KEY), { n: k + m, most: reader?.state.sectors ?? 0 })
    return restoreLog({ code, reader, tail: head.tail, frontiers: stored, billedSectors, signal })
  }

  async #adopt(record: VolumeRecord, certified: Belief['certified']): Promise<Version> {
    const keys = this.#options.keysOf(record)
    const state = certified?.certificate.signed.state
    const known = this.#version?.value
    const knownNonce = known?.certificate?.signed.state.nonce ?? 0n
    const nonce = state?.nonce ?? 0n
    // A certified state is never undone: answers from before the last write of this client are late, or lies.
    if (known && (knownNonce > nonce || (knownNonce === nonce && known.record === record))) {
      this.#version = { value: known, readMs: performance.now() }
      return known
    }
    const value = await openVersion(record, keys, certified, {
      catalog: this.#catalogOf(keys),
      readerOf: (tail) => state && this.#readerOf(record, state, tail),
    })
    this.#reader = value.reader
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
      load: async (ref) => (await this.#read([ref], new AbortController().signal))[0] as Uint8Array,
      append: async (sealed) => {
        if (!this.#writer) throw new StorgoError('INTERNAL', 'the catalog changes outside a write')
        return this.#writer.append(sealed)
      },
    })
    return this.#catalog
  }

  async #read(extents: readonly Extent[], signal: AbortSignal): Promise<Uint8Array[]> {
    if (!this.#reader) throw new StorgoError('CATALOG_CORRUPT', 'an empty volume has nothing to read')
    return this.#reader.read(extents, signal)
  }

  #readerOf(record: VolumeRecord, state: State, tail: number): VolumeReader {
    const code = ErasureCode.create(record.k, record.m)
    return new VolumeReader({ record, code, state, tail, blocks: this.#blocks, ...this.#watchers(record) })
  }

  async #readRecord(signal: AbortSignal | undefined): Promise<VolumeRecord> {
    const value = await this.#options.readRecord({ signal })
    this.#record = { value, readMs: performance.now() }
    return value
  }
}
