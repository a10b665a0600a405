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
import type { SlotFrontier } from './slot-frontier.ts'
import type { UploadId } from './slot-sender.ts'
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
  term: bigint
  envelopes: readonly Envelope[]
}

/** Appends to a volume's log and turns what was appended into the next certified state. After a failure it is of no use. */
export class VolumeWriter {
  readonly #options: VolumeWriterOptions
  #parent: Certificate | undefined
  #upload: UploadId
  #committedTail: number

  constructor(options: VolumeWriterOptions) {
    this.#options = options
    this.#parent = options.parent
    this.#upload = uploadOnto(options.parent)
    this.#committedTail = options.log.tail
  }

  /** Certificate of the last state; absent in an empty volume. */
  get certificate(): Certificate | undefined {
    return this.#parent
  }

  get log(): LogWriter {
    return this.#options.log
  }

  /** Length of the log that the last state has. */
  get committedTail(): number {
    return this.#committedTail
  }

  /** Bytes appended since the last state. */
  get pendingBytes(): number {
    return this.#options.log.tail - this.#committedTail
  }

  /** The slots' frontiers over the stripes that are full by now. */
  get frontiers(): readonly SlotFrontier[] {
    return this.#options.log.frontiers
  }

  /** @throws {StorgoError} `VOLUME_FULL`, `NOT_ENOUGH_SLOTS`, or what the slots refuse with. */
  append(bytes: Uint8Array): Promise<Extent> {
    return this.#options.log.append(bytes, (changes) => this.#options.fleet.write(this.#upload, changes))
  }

  /** Signs the next state and resolves once q slots hold it. @throws {StorgoError} as {@link append}. */
  async commit({ root, files, plainBytes }: CatalogHead): Promise<Committed> {
    const { record, keys, fleet, log, term, envelopes } = this.#options
    const {
      tail,
      sectors,
      slotRoots,
      root: volumeRoot,
    } = await log.flush((changes) => fleet.write(this.#upload, changes))
    const headRecord = await encodeHead({
      headKey: keys.headKey,
      tail,
      root,
      files,
      plainBytes,
      envelopes: [...envelopes],
    })
    const parent = this.#parent
    const state = {
      volumeId: record.volumeId,
      nonce: (parent?.signed.state.nonce ?? 0n) + 1n,
      generation: record.generation,
      sectors,
      root: volumeRoot,
      parent: parent ? stateDigest(parent.signed.state, record.domain) : new Uint8Array(32),
      term,
      head: headHash(headRecord),
    }
    const signed: SignedState = signState(state, record.domain, keys.sessionKey)
    const roots = sectors === 0 ? new Uint8Array(0) : slotRoots
    const committed = await fleet.commit(this.#upload, {
      signed,
      slotRoots: roots,
      headRecord,
      ...(parent && { parent }),
    })
    this.#parent = committed.certificate
    this.#upload = uploadOnto(committed.certificate)
    this.#committedTail = tail
    return committed
  }
}

function uploadOnto(parent: Certificate | undefined): UploadId {
  return { id: randomBytes(16), baseNonce: parent?.signed.state.nonce ?? 0n }
}
