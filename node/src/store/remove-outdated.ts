import type { Disk } from './disk.ts'
import { JOURNAL_FOLDER, journalPath, sequencesOf, snapshotPath } from './journal-paths.ts'

/**
 * Removes the files that the snapshot of that number makes needless: older snapshots, and journal files of older records only. If a
 * crash brings some back they are removed once more.
 */
export async function removeOutdated(disk: Disk, snapshot: bigint): Promise<void> {
  const names = await disk.list(JOURNAL_FOLDER)
  for (const sequence of sequencesOf(names, 'snapshot')) {
    if (sequence < snapshot) await disk.remove(snapshotPath(sequence))
  }
  const logs = sequencesOf(names, 'log')
  for (const [at, sequence] of logs.entries()) {
    const successor = logs[at + 1]
    if (successor !== undefined && successor <= snapshot) await disk.remove(journalPath(sequence))
  }
}
