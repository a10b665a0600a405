import type { Disk } from './disk.ts'
import { FILE_HEADER_BYTES, type FileHeader, hasBlockAfter, readBlock, readFileHeader } from './journal-format.ts'
import { JOURNAL_FOLDER, journalPath, sequencesOf } from './journal-paths.ts'
import { readWhole } from './read-whole.ts'

/** Number of a store's first record. */
export const FIRST_SEQUENCE = 1n

/** What there is of a journal. */
export type JournalFound = {
  /** Every file that matters, in order. `records[i]` has the number `sequence + i`. */
  files: { sequence: bigint; records: Uint8Array[] }[]
  /** Number of the next record. */
  nextSequence: bigint
  /** Why what follows the records cannot be what was written, if so. A torn end is no damage: nobody was told of it. */
  damage: string | undefined
}

/**
 * Reads the records from number `from` on. Stops at the first that cannot be trusted: the end if a crash tore it, as it does with the
 * one block that no sync has covered; damage if something whole comes after it, or is missing before it.
 */
export async function readJournal(disk: Disk, from: bigint): Promise<JournalFound> {
  const sequences = sequencesOf(await disk.list(JOURNAL_FOLDER), 'log')
  // A file whose successor begins no later than `from` has nothing that is asked for.
  const needed = sequences.filter((_, at) => (sequences[at + 1] ?? from + 1n) > from)
  const found: JournalFound = { files: [], nextSequence: from, damage: undefined }
  if (needed.length === 0 && from > FIRST_SEQUENCE) return { ...found, damage: 'there is no journal file' }
  for (const [at, sequence] of needed.entries()) {
    const name = journalPath(sequence)
    if (at === 0 ? sequence > from : sequence !== found.nextSequence) {
      return { ...found, damage: `records ${found.nextSequence} to ${sequence - 1n} are missing before ${name}` }
    }
    const bytes = await readWhole(disk, name)
    const header = readFileHeader(bytes)
    if (header?.sequence !== sequence) return { ...found, damage: `the header of ${name} does not check` }
    const { records, end } = readBlocks(bytes, header)
    found.files.push({ sequence, records })
    found.nextSequence = sequence + BigInt(records.length)
    const isLast = at === needed.length - 1
    if (end < bytes.length && (!isLast || hasBlockAfter(bytes, end, header))) {
      return { ...found, damage: `record ${found.nextSequence} of ${name} (at byte ${end}) does not check` }
    }
  }
  if (found.nextSequence >= from) return found
  return { ...found, nextSequence: from, damage: `records ${found.nextSequence} to ${from - 1n} are missing` }
}

/** All blocks up to the first that does not check or is out of order. */
function readBlocks(bytes: Uint8Array, header: FileHeader): { records: Uint8Array[]; end: number } {
  const records: Uint8Array[] = []
  let end = FILE_HEADER_BYTES
  for (;;) {
    const block = readBlock(bytes, end, header)
    if (block === undefined || block.sequence !== header.sequence + BigInt(records.length)) return { records, end }
    records.push(...block.records)
    end = block.end
  }
}
