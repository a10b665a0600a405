import { appliedMark, joinedMarks } from './applied-marks.ts'
import type { Disk } from './disk.ts'
import type { DiskState } from './disk-state.ts'
import type { IndexChange, IndexDatabase, IndexSnapshot } from './index-database.ts'
import { writeIndexSnapshot } from './index-snapshot-file.ts'
import type { JournalWriter } from './journal-writer.ts'
import { effectOf } from './record-effect.ts'
import { removeOutdated } from './remove-outdated.ts'
import type { StoreRecord } from './store-record.ts'
import { encodeStoreRecord } from './store-record-codec.ts'

/** A snapshot is made after so much journal, or as much as the last snapshot took: so writing them costs no more than the journal. */
const SNAPSHOT_AFTER_BYTES = 16 * 1024 * 1024
/** But never after more, because the last journal file is read at once when the store is opened. */
const SNAPSHOT_AT_LATEST_BYTES = 64 * 1024 * 1024
/** Most bytes of records in one block; what waits beyond goes into the next. */
const BLOCK_BYTES = 4 * 1024 * 1024

type Waiting = { bytes: Uint8Array; changes: IndexChange[]; done: () => void; failed: (error: unknown) => void }

export type JournalParts = {
  disk: Disk
  state: DiskState
  index: IndexDatabase
  /** None where the journal is damaged: then nothing is written. */
  writer: JournalWriter | undefined
  snapshotAfterBytes?: number | undefined
}

/**
 * Makes records durable and shows their effect in the index. Records that arrive while the disk is busy share the next block and its
 * sync, whichever slot they are of.
 */
export class Journal implements AsyncDisposable {
  readonly #parts: JournalParts
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  /** Batches go into the index in the order of the journal, while the next block is on its way to the disk. */
  #applying: Promise<void> = Promise.resolve()
  #snapshotting: Promise<void> | undefined
  #snapshotAfterBytes: number

  constructor(parts: JournalParts) {
    this.#parts = parts
    this.#snapshotAfterBytes = parts.snapshotAfterBytes ?? SNAPSHOT_AFTER_BYTES
  }

  /**
   * Durable and visible in the index when it resolves. No other record of the same slot may be on its way.
   *
   * @returns the cells that nothing refers to any more.
   * @throws {StorgoError} `INTERNAL` or `DISK_FULL`, and nothing has changed; `STORE_READ_ONLY`, and the next process may find it done.
   */
  async commit(record: StoreRecord): Promise<number[]> {
    this.#parts.state.assertWritable()
    const { changes, cells } = effectOf(record, this.#parts.index)
    await new Promise<void>((done, failed) => {
      this.#waiting.push({ bytes: encodeStoreRecord(record), changes, done, failed })
      this.#running ??= this.#run()
    })
    return cells
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running
    await this.#applying
    await this.#snapshotting
    await this.#parts.writer?.close()
    await this.#parts.index[Symbol.asyncDispose]()
  }

  async #run(): Promise<void> {
    // Those who come in this turn share the first block, and `#running` is set before it can be unset.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup()
      try {
        await this.#write(group)
      } catch (error) {
        for (const { failed } of group) failed(error)
      }
    }
    // In the same turn in which nothing was left: whoever comes next must begin anew.
    this.#running = undefined
  }

  #nextGroup(): Waiting[] {
    let bytes = 0
    const end = this.#waiting.findIndex((waiting, at) => {
      bytes += waiting.bytes.length
      return at > 0 && bytes > BLOCK_BYTES
    })
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const { state, writer, index } = this.#parts
    state.assertWritable()
    if (writer === undefined) throw state.fail('there is no journal', undefined)
    const first = writer.nextSequence
    await writer.append(group.map(({ bytes }) => bytes))
    const mark = appliedMark(first, writer.nextSequence - 1n)
    this.#applying = this.#applying.then(async () => {
      try {
        // What the journal has and the index cannot take is durable, but this process can no longer show it.
        await state.guard('the index could not be written', async () => {
          await index.write([...group.flatMap(({ changes }) => changes), mark]).catch((cause: unknown) => {
            throw new Error('its database failed', { cause })
          })
        })
        for (const { done } of group) done()
      } catch (error) {
        for (const { failed } of group) failed(error)
      }
    })
    if (writer.bytes >= this.#snapshotAfterBytes && this.#snapshotting === undefined) await this.#beginSnapshot(writer)
  }

  /** The journal goes on in a new file; once a snapshot has all that the old ones say, they go. */
  async #beginSnapshot(writer: JournalWriter): Promise<void> {
    try {
      await writer.rotate()
    } catch {
      // The disk is full, so the old file goes on growing, or it has failed, which everybody will be told by what they do next.
      this.#snapshotAfterBytes += SNAPSHOT_AFTER_BYTES
      return
    }
    const sequence = writer.nextSequence
    const taken = this.#applying.then(() => this.#parts.index.snapshot())
    // Batches of later records wait for the moment's snapshot, not for its file.
    this.#applying = taken.then(
      () => {},
      () => {},
    )
    this.#snapshotting = this.#writeSnapshot(taken, sequence).finally(() => {
      this.#snapshotting = undefined
    })
  }

  async #writeSnapshot(taken: Promise<IndexSnapshot>, sequence: bigint): Promise<void> {
    const { disk, state, index } = this.#parts
    try {
      using snapshot = await taken
      const bytes = await state.guard('a snapshot could not be written', () =>
        writeIndexSnapshot(disk, snapshot, sequence),
      )
      const least = this.#parts.snapshotAfterBytes ?? SNAPSHOT_AFTER_BYTES
      this.#snapshotAfterBytes = Math.max(least, Math.min(bytes, SNAPSHOT_AT_LATEST_BYTES))
      await state.guard('the index could not be synced', async () => {
        await index.write(await joinedMarks(index, sequence), { sync: true })
      })
      await removeOutdated(disk, sequence)
    } catch {
      // Either the disk is full, and the journal only stays longer than it had to, or it has failed and `state` says so.
      this.#snapshotAfterBytes += SNAPSHOT_AFTER_BYTES
    }
  }
}
