import { isStorgoError } from '@storgo/protocol'
import type { Disk } from './disk.ts'
import { type DiskState, isFull } from './disk-state.ts'
import { JOURNAL_FOLDER } from './journal-paths.ts'
import { readWhole } from './read-whole.ts'

const PROBE = `${JOURNAL_FOLDER}/probe`

/** Writes a few bytes, syncs them and reads them back. A disk that is full has not failed. */
export async function probeDisk(disk: Disk, state: DiskState): Promise<void> {
  await readProbe(disk, state)
  if (!state.health.writable) return
  try {
    await state.assertRoom()
  } catch (error) {
    if (!isStorgoError(error, 'DISK_FULL')) state.fail('the disk cannot be asked for its room', error)
    return
  }
  try {
    const file = await disk.open(PROBE, { create: true })
    try {
      await file.write(Buffer.from(new Date().toISOString()), 0)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isFull(error)) state.noRoom('a probe found none', error)
    else state.fail('a file could not be written', error)
  }
}

async function readProbe(disk: Disk, state: DiskState): Promise<void> {
  try {
    const names = await disk.list(JOURNAL_FOLDER)
    // It always has files; none means that what was mounted there is not any more.
    const name = names[0]
    if (name === undefined) throw new Error('the journal is gone')
    await (await disk.open(`${JOURNAL_FOLDER}/${name}`)).close()
    if (names.includes('probe')) await readWhole(disk, PROBE)
    state.probed()
  } catch (error) {
    state.probed(error)
  }
}
