import { type Envelope, type Extent, randomBytes, StorgoError } from '@storgo/protocol'
import { isAddressEqual } from 'viem'
import { penTaken } from './another-writer.ts'
import type { SlotGatherer } from './gather-slots.ts'
import type { LogWriter } from './log-writer.ts'
import type { Logger } from './logger.ts'
import { freeWhatIsOver, openLog } from './open-log.ts'
import { openTerm } from './open-term.ts'
import type { SlotFleet } from './slot-fleet.ts'
import type { Version } from './version.ts'
import type { VolumeRecord } from './volume-record.ts'
import type { VolumeVersions } from './volume-versions.ts'
import { VolumeWriter } from './volume-writer.ts'

const PEN_BYTES = 16
const ANSWER_MS = 3_000
/** Slots call a writer busy for less than this after its last sign of life. */
const BUSY_MS = 6_000

/** What a writer has while it holds the pen. `log` is absent when it has to be restored from what the slots hold. */
type Held = { fleet: SlotFleet; gatherer: SlotGatherer; version: Version; log: LogWriter | undefined }

/** `fresh`: nothing of it is older than the write that asked for it. */
export type OpenPen = { version: Version; writer: VolumeWriter; fleet: SlotFleet; fresh: boolean }

export type PenHolderOptions = {
  versions: VolumeVersions
  /** Envelopes for the head record of a volume that has none yet. */
  sealKey: () => Promise<readonly Envelope[]>
  logger: Logger
}

/** Takes the pen of a volume, and keeps it from write to write until another writer takes it or something goes wrong. */
export class PenHolder {
  readonly #options: PenHolderOptions
  /** Names this writer at the slots, also in its later terms: so it does not wait for itself. */
  readonly #pen = randomBytes(PEN_BYTES)
  #held: Held | undefined
  #usedMs = Number.NEGATIVE_INFINITY
  #settling: Promise<unknown> = Promise.resolve()

  constructor(options: PenHolderOptions) {
    this.#options = options
  }

  /**
   * A writer onto the volume's last certified state. With the pen at hand and all slots in step no slot is asked.
   * @throws {StorgoError} `VOLUME_CLOSED`; `PEN_HELD` or `PEN_TAKEN` when others keep it for long; `STATE_UNFINISHED`;
   * `NOT_ENOUGH_SLOTS`.
   */
  async open(signal: AbortSignal): Promise<OpenPen> {
    const { versions, sealKey } = this.#options
    if (!this.#held) versions.forgetRecord()
    const record = await versions.record({ signal })
    const { volumeId } = record
    if (record.closed) throw new StorgoError('VOLUME_CLOSED', `volume ${volumeId} is closed`, { volumeId })
    if (this.#held && (this.#held.fleet.disputed || !sameSlots(this.#held.fleet.record, record))) this.forget()
    const fresh = this.#held === undefined
    const held = this.#held ?? (await this.#take(record, signal))
    this.#held = held
    const { fleet, gatherer, version } = held
    // A fleet that has just begun has gathered already.
    if (!fresh) await gatherer.gather(version.certificate, signal)
    if (held.log?.billedSectors !== record.billedSectors) held.log = await this.#restore(record, version, signal)
    await freeWhatIsOver(held.log, record)
    const envelopes = version.envelopes.length > 0 ? version.envelopes : await sealKey()
    const common = { record, keys: version.keys, fleet, log: held.log, pen: this.#pen, envelopes }
    const writer = new VolumeWriter({ ...common, parent: version.certificate })
    versions.writeNodesTo((sealed) => writer.append(sealed))
    this.#usedMs = performance.now()
    return { version, writer, fleet, fresh }
  }

  /** The version to go on from. */
  moveOn(version: Version): void {
    this.#usedMs = performance.now()
    if (this.#held) this.#held.version = version
  }

  /** Ends what {@link open} began. @param failure why what was appended and not committed is given up, if it is. */
  close({ writer }: OpenPen, failure?: unknown): void {
    this.#options.versions.writeNodesTo(undefined)
    this.#usedMs = performance.now()
    if (failure === undefined) return
    writer.abandon(failure)
    if (this.#held) this.#held.log = undefined
    // In one term no two states of one nonce may be tried.
    if (writer.uncertain) this.forget()
  }

  /** Lets go of the pen: the next write takes it anew. */
  forget(): void {
    const { fleet } = this.#held ?? {}
    this.#held = undefined
    if (fleet) this.#settling = Promise.all([this.#settling, fleet.settled()])
  }

  /**
   * Whether the pen is still this writer's, so that nobody can have written since.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer than q slots tell.
   */
  async isMine({ fleet }: OpenPen, signal: AbortSignal): Promise<boolean> {
    const { record, term } = fleet
    const { q, links, volumeId } = record
    let [mine, others] = [0, 0]
    await Promise.all(
      links.map(async (link) => {
        const reply = await link.state({ timeoutMs: ANSWER_MS, signal }).catch(() => undefined)
        if (reply && reply.promisedTerm <= term) mine++
        else if (reply) others++
      }),
    )
    signal.throwIfAborted()
    if (mine >= q) return true
    if (mine + others >= q) return false
    const details = { volumeId, slots: links.length, good: mine, needed: q }
    const message = `${mine} of the volume's ${links.length} slots answered, and ${q} are needed`
    throw new StorgoError('NOT_ENOUGH_SLOTS', message, details)
  }

  /** Resolves when the slots have been handed the last certificates or are out of reach. */
  async settled(): Promise<void> {
    await Promise.all([this.#settling, this.#held?.fleet.settled()])
  }

  async #take(record: VolumeRecord, signal: AbortSignal): Promise<Held> {
    const { versions, logger } = this.#options
    const wasBusy = performance.now() - this.#usedMs < BUSY_MS
    const watchers = { health: versions.health, troubles: versions.troubles(record) }
    const { certified, fleet, gatherer } = await openTerm(record, {
      pen: this.#pen,
      wasBusy,
      logger,
      signal,
      ...watchers,
    })
    const version = await versions.adopt(record, certified)
    if (version.certificate?.signed.state.nonce !== certified?.certificate.signed.state.nonce) {
      throw penTaken({ volumeId: record.volumeId, term: fleet.term })
    }
    return { fleet, gatherer, version, log: undefined }
  }

  #restore(record: VolumeRecord, version: Version, signal: AbortSignal): Promise<LogWriter> {
    const { versions } = this.#options
    const read = async (extent: Extent) => (await versions.read([extent], signal))[0] as Uint8Array
    return openLog({ ...version, record }, { read, entry: (key) => versions.entry(key) })
  }
}

/** Whether what a fleet of the one does counts for the other. */
function sameSlots(a: VolumeRecord, b: VolumeRecord): boolean {
  const holders = a.operators.length === b.operators.length && a.operators.every((x, i) => isSame(x, b.operators[i]))
  return holders && a.generation === b.generation
}

function isSame(a: `0x${string}`, b: `0x${string}` | undefined): boolean {
  return b !== undefined && isAddressEqual(a, b)
}
