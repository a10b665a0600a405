import { nodeDisk } from '../../node/src/store/node-disk.ts'
import { SlotsInProcess, type StoreOf } from '../integration/volumes/slots-in-process.ts'
import type { Acknowledged } from './acknowledged.ts'
import { type DiskChange, recordingDisk } from './recording-disk.ts'
import { type FilesOptions, manyFiles, telling, type UploadedFile, uploadInBatches } from './upload-in-batches.ts'

/** What happened, in its order: to the disk of a slot, in a slot's answer, and in what the client said is stored. */
export type Happening =
  | { kind: 'disk'; slot: number; change: DiskChange }
  | { kind: 'acknowledged'; acknowledged: Acknowledged }
  | { kind: 'stored'; files: readonly UploadedFile[] }

const FILES_IN_STATE = 10
/** So little that snapshots are taken and journal files removed now and then. */
export const SNAPSHOT_AFTER_BYTES = 400_000

/** Uploads files to real stores on real disks. @returns the slots, as they are after it, and all that happened. */
export async function recordUpload(files: FilesOptions): Promise<{ slots: SlotsInProcess; happenings: Happening[] }> {
  const happenings: Happening[] = []
  const storeOf: StoreOf = (slot, dataDir) => ({
    disk: recordingDisk(nodeDisk(dataDir), (change) => happenings.push({ kind: 'disk', slot, change })),
    snapshotAfterBytes: SNAPSHOT_AFTER_BYTES,
  })
  const slots = await SlotsInProcess.open({ storeOf })
  const client = slots.client(telling((acknowledged) => happenings.push({ kind: 'acknowledged', acknowledged })))
  const stored = (some: readonly UploadedFile[]) => happenings.push({ kind: 'stored', files: some })
  await uploadInBatches(client, manyFiles(files), { batch: FILES_IN_STATE, stored })
  return { slots, happenings }
}
