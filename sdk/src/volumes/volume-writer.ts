import {
  type Certificate,
  type Envelope,
  type Extent,
  encodeHead,
  headHash,
  type Ref,
  randomBytes,
  type SignedState,
  signState,
  stateDigest,
} from '@storgo/protocol'
import type { LogWriter } from './log-writer.ts'
import type { Committed, SlotFleet } from './slot-fleet.ts'
import type { Upload } from './slot-sender.ts'
import type { VolumeKeys } from './volume-keys.ts'
import type { VolumeRecord } from './volume-record.ts'

/** What a head record says of the catalog: its root, and what it lists. */
export type CatalogHead = { root: Ref | null; files: number; plainBytes: number }

export type VolumeWriterOptions = {
  record: VolumeRecord
  keys: VolumeKeys
  fleet: SlotFleet
  log: LogWriter
  /** Certificate of the state that is written onto; absent in an empty volume. */
  parent?: Certificate | undefined
  /** 16 bytes that name this writer. */
  pen: Uint8Array
  envelopes: readonly Envelope[]
}

/** Appends to a volume's log and turns what was appended into the next certified state. After a failure it is of no use. */
export class VolumeWriter {
  readonly #options: VolumeWriterOptions
  readonly #given = new AbortController()
  #parent: Certificate | undefined
  #upload: Upload
  #uncertain = false
  #appendedBytes = 0

  constructor(options: VolumeWriterOptions) {
    this.#options = options
    this.#parent = options.parent
    this.#upload = this.#uploadOnto(options.parent)
  }

  /** Certificate of the last state; absent in an empty volume. */
  get certificate(): Certificate | undefined {
    return this.#parent
  }

  get log(): LogWriter {
    return this.#options.log
  }

  /** Whether it is not known if a commit has made a state, or will. Another one may then not be tried in this term. */
  get uncertain(): boolean {
    return this.#uncertain
  }

  /** Sealed bytes appended so far. */
  get appendedBytes(): number {
    return this.#appendedBytes
  }

  /** Bytes appended since the last state. */
  get pendingBytes(): number {
    return this.#options.log.unsigned.bytes
  }

  /** Nonce of the state that the next {@link commit} makes. */
  get nextNonce(): bigint {
    return (this.#parent?.signed.state.nonce ?? 0n) + 1n
  }

  /** @throws {StorgoError} `VOLUME_FULL`, `NOT_ENOUGH_SLOTS`, or what the slots refuse with. */
  append(bytes: Uint8Array): Promise<Extent> {
    this.#appendedBytes += bytes.length
    return this.#options.log.append(bytes, (changes, done) => this.#options.fleet.write(this.#upload, changes, done))
  }

  /** Signs the next state and resolves once q slots hold it. @throws {StorgoError} as {@link append}. */
  async commit({ root, files, plainBytes }: CatalogHead): Promise<Committed> {
    const { record, keys, fleet, log, envelopes } = this.#options
    const {
      tail,
      sectors,
      slotRoots,
      root: volumeRoot,
    } = await log.flush((changes, done) => fleet.write(this.#upload, changes, done))
    const headRecord = await encodeHead({
      headKey: keys.headKey,
      tail,
      root,
      files,
      plainBytes,
      envelopes: [...envelopes],
      freed: log.freed,
    })
    const parent = this.#parent
    const state = {
      volumeId: record.volumeId,
      nonce: this.nextNonce,
      generation: record.generation,
      sectors,
      root: volumeRoot,
      parent: parent ? stateDigest(parent.signed.state, record.domain) : new Uint8Array(32),
      term: fleet.term,
      head: headHash(headRecord),
    }
    const signed: SignedState = signState(state, record.domain, keys.sessionKey)
    const roots = sectors === 0 ? new Uint8Array(0) : slotRoots
    this.#uncertain = true
    const committed = await fleet.commit(this.#upload, {
      signed,
      slotRoots: roots,
      headRecord,
      ...(parent && { parent }),
    })
    this.#uncertain = false
    this.#parent = committed.certificate
    this.#upload = this.#uploadOnto(committed.certificate)
    log.signed()
    return committed
  }

  /** Gives up what is on its way to the next state; no slot is to blame for that. */
  abandon(reason: unknown): void {
    this.#given.abort(reason)
  }

  #uploadOnto(parent: Certificate | undefined): Upload {
    const { pen } = this.#options
    return { id: randomBytes(16), baseNonce: parent?.signed.state.nonce ?? 0n, pen, signal: this.#given.signal }
  }
}
