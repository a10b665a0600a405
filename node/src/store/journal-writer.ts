import type { Disk, DiskFile } from './disk.ts'
import { type DiskState, isFull } from './disk-state.ts'
import { encodeBlock, type FileHeader, makeFileHeader } from './journal-format.ts'
import { JOURNAL_FOLDER, journalPath } from './journal-paths.ts'

type Tail = { file: DiskFile; header: FileHeader; bytes: number; nextSequence: bigint }
type On = { disk: Disk; state: DiskState }

/** Records written at once when a file is begun with some. */
const RECORDS_PER_BLOCK = 64

/** The end of the journal: writes one block at a time and syncs it before the next. */
export class JournalWriter {
  readonly #on: On
  #tail: Tail

  private constructor(on: On, tail: Tail) {
    this.#on = on
    this.#tail = tail
  }

  /**
   * Begins the last file of the journal with what was read of it. An earlier process may have failed to sync what the system still
   * shows of it; written anew it is durable. It also leaves out a tail that a crash has torn.
   */
  static async begin(on: On, sequence: bigint, records: readonly Uint8Array[]): Promise<JournalWriter> {
    return new JournalWriter(on, await makeFile(on, sequence, records))
  }

  /** Sequence number of the next record. */
  get nextSequence(): bigint {
    return this.#tail.nextSequence
  }

  /** Size of the file that is written now. */
  get bytes(): number {
    return this.#tail.bytes
  }

  /**
   * Appends records as one block. Durable when it resolves; if the disk is full the journal is as it was.
   *
   * @throws {StorgoError} `DISK_FULL`; `STORE_READ_ONLY`, after which nothing can be appended any more.
   */
  async append(records: readonly Uint8Array[]): Promise<void> {
    const { file, header, bytes, nextSequence } = this.#tail
    const block = encodeBlock(header.salt, nextSequence, records)
    await this.#on.state.guard('the journal could not be written', async () => {
      try {
        await file.write(block, bytes)
      } catch (error) {
        // Part of the block may be there. Cut off for good, it cannot be taken for a damaged one below a later one.
        if (isFull(error)) await this.#cut()
        throw error
      }
      await synced(file)
    })
    this.#tail.bytes += block.length
    this.#tail.nextSequence += BigInt(records.length)
  }

  /** Goes on in a new file. If it rejects, the journal goes on in the old one. */
  async rotate(): Promise<void> {
    const { file } = this.#tail
    this.#tail = await makeFile(this.#on, this.#tail.nextSequence, [])
    await file.close()
  }

  close(): Promise<void> {
    return this.#tail.file.close()
  }

  async #cut(): Promise<void> {
    try {
      await this.#tail.file.truncate(this.#tail.bytes)
      await this.#tail.file.sync()
    } catch (error) {
      throw this.#on.state.fail('the journal could not be cut back', error)
    }
  }
}

/** Makes a file under another name and gives it its own once it is whole: a journal file never lacks its header. */
async function makeFile({ disk, state }: On, sequence: bigint, records: readonly Uint8Array[]): Promise<Tail> {
  return state.guard('a journal file could not be made', async () => {
    const { bytes: front, ...header } = makeFileHeader(sequence)
    const draft = `${JOURNAL_FOLDER}/draft`
    await disk.remove(draft)
    const file = await disk.open(draft, { create: true })
    try {
      await file.write(front, 0)
      let bytes = front.length
      for (let first = 0; first < records.length; first += RECORDS_PER_BLOCK) {
        const part = records.slice(first, first + RECORDS_PER_BLOCK)
        const block = encodeBlock(header.salt, sequence + BigInt(first), part)
        await file.write(block, bytes)
        bytes += block.length
      }
      await synced(file)
      await disk.rename(draft, journalPath(sequence))
      await foldersSynced(disk)
      return { file, header, bytes, nextSequence: sequence + BigInt(records.length) }
    } catch (error) {
      await file.close()
      throw error
    }
  })
}

/** A sync that fails, even for want of room, leaves nobody knowing what is on disk: that is never a mere `DISK_FULL`. */
async function synced(file: DiskFile): Promise<void> {
  await file.sync().catch(failed)
}

async function foldersSynced(disk: Disk): Promise<void> {
  await disk.syncFolder(JOURNAL_FOLDER).catch(failed)
}

function failed(cause: unknown): never {
  throw new Error('a sync failed', { cause })
}
