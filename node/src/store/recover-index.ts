import { StorgoError } from '@storgo/protocol'
import { appliedMark, firstNotApplied } from './applied-marks.ts'
import type { Disk } from './disk.ts'
import type { DiskState } from './disk-state.ts'
import type { IndexChange, IndexDatabase, IndexReader } from './index-database.ts'
import { readIndexSnapshot } from './index-snapshot-file.ts'
import { JOURNAL_FOLDER, sequencesOf } from './journal-paths.ts'
import { JournalWriter } from './journal-writer.ts'
import { patchOfKey, rangeOf, SNAPSHOT_KINDS } from './keys.ts'
import { FIRST_SEQUENCE, type JournalFound, readJournal } from './read-journal.ts'
import { effectOf } from './record-effect.ts'
import { removeOutdated } from './remove-outdated.ts'
import { cellsOf } from './sector-page.ts'
import { decodeStoreRecord } from './store-record-codec.ts'

/** Records replayed before the index takes their changes. */
const RECORDS_AT_ONCE = 64n

/** What the index says once it is up to date. */
export type Recovered = {
  /** Cells that some state refers to. */
  cells: Set<number>
  /** Above every patch that there is. */
  nextPatch: number
  /** None if the journal is damaged. */
  writer: JournalWriter | undefined
}

/**
 * Brings the index up to date with the journal: the records that it lacks are replayed; if it was lost, has a gap or does not check,
 * all of it is made anew from the last snapshot and the journal. A damaged journal leaves the store as far as it can be trusted, and
 * not to be written.
 *
 * @throws {StorgoError} `INTERNAL` if there is neither an index nor a snapshot to begin from.
 */
export async function recoverIndex(disk: Disk, state: DiskState, index: IndexDatabase): Promise<Recovered> {
  const names = await disk.list(JOURNAL_FOLDER)
  const snapshot = sequencesOf(names, 'snapshot').at(-1)
  const held = await usable(index)
  let found: JournalFound
  // An index older than the snapshot lacks records that no journal file has any more.
  if (held !== undefined && held >= (snapshot ?? FIRST_SEQUENCE)) {
    found = await readJournal(disk, held)
    await replay(index, found, held)
  } else {
    const from = snapshot ?? FIRST_SEQUENCE
    await index.clear()
    if (snapshot !== undefined)
      for await (const changes of readIndexSnapshot(disk, snapshot)) await index.write(changes)
    await index.write([appliedMark(0n, from - 1n)], { sync: true })
    found = await readJournal(disk, from)
    await replay(index, found, from)
  }
  const facts = await scan(index)
  if (found.damage !== undefined) {
    state.fail('the journal is damaged', new Error(found.damage))
    return { ...facts, writer: undefined }
  }
  const last = found.files.at(-1) ?? { sequence: found.nextSequence, records: [] }
  const writer = await JournalWriter.begin({ disk, state }, last.sequence, last.records)
  if (snapshot !== undefined) await removeOutdated(disk, snapshot)
  return { ...facts, writer }
}

/** The number of the first record that the index lacks, if everything before is there and checks. */
async function usable(index: IndexDatabase): Promise<bigint | undefined> {
  try {
    await scan(index)
    return await firstNotApplied(index)
  } catch {
    // Whatever keeps it from being read, the journal has it all.
    return undefined
  }
}

/** Reads all of the index. */
async function scan(index: IndexDatabase): Promise<{ cells: Set<number>; nextPatch: number }> {
  const cells = new Set<number>()
  let nextPatch = 1
  for (const kind of SNAPSHOT_KINDS) {
    for await (const [key, value] of index.entries(rangeOf(kind))) {
      if (kind === 'page' || kind === 'undo') for (const cell of cellsOf(value)) cells.add(cell)
      if (kind === 'patch') nextPatch = patchOfKey(key) + 1
    }
  }
  return { cells, nextPatch }
}

async function replay(index: IndexDatabase, { files }: JournalFound, from: bigint): Promise<void> {
  const waiting = new WaitingChanges(index, from)
  for (const { sequence: first, records } of files) {
    for (const [at, bytes] of records.entries()) {
      const sequence = first + BigInt(at)
      if (sequence < from) continue
      try {
        await waiting.add(effectOf(decodeStoreRecord(bytes), waiting).changes)
      } catch (cause) {
        throw new StorgoError('INTERNAL', `Record ${sequence} of the journal cannot be replayed.`, {}, { cause })
      }
    }
  }
  await waiting.flush()
}

/** Changes of consecutive records, on their way to the index together; the next record sees them already. */
class WaitingChanges implements Pick<IndexReader, 'get'> {
  readonly #index: IndexDatabase
  readonly #changes = new Map<string, IndexChange>()
  #first: bigint
  #next: bigint

  constructor(index: IndexDatabase, next: bigint) {
    this.#index = index
    this.#first = next
    this.#next = next
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const change = this.#changes.get(nameOf(key))
    return change === undefined ? this.#index.get(key) : change.value
  }

  async add(changes: readonly IndexChange[]): Promise<void> {
    for (const change of changes) this.#changes.set(nameOf(change.key), change)
    this.#next++
    if (this.#next - this.#first >= RECORDS_AT_ONCE) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#next === this.#first) return
    await this.#index.write([...this.#changes.values(), appliedMark(this.#first, this.#next - 1n)])
    this.#changes.clear()
    this.#first = this.#next
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}
