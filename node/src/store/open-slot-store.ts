import { join } from 'node:path'
import { equalBytes, StorgoError } from '@storgo/protocol'
import { CELLS_FOLDER, CellFiles } from './cell-files.ts'
import { checkedIndex } from './checked-index.ts'
import type { Disk } from './disk.ts'
import { DiskState } from './disk-state.ts'
import { type IndexDatabase, openIndexDatabase } from './index-database.ts'
import { Journal } from './journal.ts'
import { JOURNAL_FOLDER, sequencesOf } from './journal-paths.ts'
import { JournaledSlotStore } from './journaled-slot-store.ts'
import { fingerprintOf, KeyRing, type StoreKey } from './key-ring.ts'
import { metaKey } from './keys.ts'
import { makeDiskRoot, nodeDisk } from './node-disk.ts'
import { recoverIndex } from './recover-index.ts'
import { keyFact } from './rotate-store-key.ts'
import { SealedCells } from './sealed-cells.ts'
import { assertPrivate, makeStoreKey, readStoreKeys, STORE_KEY, writeStoreKeys } from './store-key.ts'

export type SlotStoreOptions = {
  dataDir: string
  /** Most sectors on disk, staged ones and those kept for undo included. */
  capacity: number
  /** What the data belongs to (chain, contracts, operator); a store of another one is refused. */
  binding: string
  /** How many epochs freed stripes and past states are kept. */
  retentionEpochs: () => number
  /** Where the files are; `dataDir` if not given. */
  disk?: Disk
  /** Where the index is; a `level` database in `dataDir` if not given. */
  openIndex?: () => Promise<IndexDatabase>
  /** Journal that makes a snapshot due. */
  snapshotAfterBytes?: number
}

/**
 * Opens the store of `dataDir` and takes its lock, or makes a new one. With a damaged journal it opens for reading only.
 *
 * @throws {StorgoError} `ALREADY_RUNNING`, `WRONG_CHAIN` for another binding, those of the store's key, and `INTERNAL` if what is there
 * makes no store.
 */
export async function openSlotStore(options: SlotStoreOptions): Promise<JournaledSlotStore> {
  const { dataDir, capacity, binding, retentionEpochs, snapshotAfterBytes } = options
  await using resources = new AsyncDisposableStack()
  if (options.disk === undefined) await makeDiskRoot(dataDir)
  const disk = options.disk ?? nodeDisk(dataDir)
  const openIndex = options.openIndex ?? (() => openIndexDatabase(join(dataDir, 'index')))
  const index = checkedIndex(resources.use(await openIndex()))
  const state = new DiskState(disk)
  const isNew = await isNewStore(disk, dataDir)
  const keys = await openKeys(disk, { isNew, file: options.disk === undefined ? join(dataDir, STORE_KEY) : undefined })
  await disk.makeFolder(JOURNAL_FOLDER)
  const files = resources.use(await CellFiles.open(disk))
  await disk.syncFolder('')
  const { cells: taken, nextPatch, writer } = await recoverIndex(disk, state, index)
  resources.defer(async () => writer?.close())
  const journal = new Journal({ disk, state, index, writer, snapshotAfterBytes })
  await bind(index, journal, { dataDir, binding, keys })
  const ring = new KeyRing(keys)
  const cells = new SealedCells({ files, keys: ring, state })
  resources.move()
  return new JournaledSlotStore({
    ...{ disk, state, index, journal, cells, keys: ring, capacity, retentionEpochs, taken, nextPatch },
  })
}

/** Whether nothing was ever stored. @throws {StorgoError} `INTERNAL` if there are cells and nothing that says what they hold. */
async function isNewStore(disk: Disk, dataDir: string): Promise<boolean> {
  const names = await disk.list(JOURNAL_FOLDER)
  if (sequencesOf(names, 'log').length > 0 || sequencesOf(names, 'snapshot').length > 0) return false
  if ((await disk.list(CELLS_FOLDER)).length === 0) return true
  throw new StorgoError('INTERNAL', `${dataDir} has cells, but the journal that says what they hold is gone.`, {
    dataDir,
  })
}

async function openKeys(
  disk: Disk,
  { isNew, file }: { isNew: boolean; file: string | undefined },
): Promise<StoreKey[]> {
  if (file !== undefined) await assertPrivate(file)
  const found = await readStoreKeys(disk)
  if (found.length > 0) return found
  if (!isNew) throw new StorgoError('KEY_FILE_MISSING', `${STORE_KEY} is gone; the store's sectors need it.`)
  const keys = [makeStoreKey([])]
  await writeStoreKeys(disk, keys)
  return keys
}

/** Compares what the store belongs to with what it is opened for; a new one belongs to that from now on. */
async function bind(
  index: IndexDatabase,
  journal: Journal,
  { dataDir, binding, keys }: { dataDir: string; binding: string; keys: readonly StoreKey[] },
): Promise<void> {
  const bound = index.get(metaKey('binding'))
  if (bound === undefined) await journal.commit({ kind: 'meta', name: 'binding', value: Buffer.from(binding) })
  else if (Buffer.from(bound).toString() !== binding) {
    const details = { dataDir, bound: Buffer.from(bound).toString(), binding }
    throw new StorgoError('WRONG_CHAIN', `${dataDir} belongs to ${details.bound}, not to ${binding}.`, details)
  }
  for (let number = 1; number <= 255; number++) {
    const key = keys.find((held) => held.number === number)
    const known = index.get(metaKey(keyFact(number)))
    if (known === undefined) continue
    if (key === undefined || !equalBytes(fingerprintOf(key), known)) {
      const message = `${STORE_KEY} of ${dataDir} has not the key ${number} that sectors were written with.`
      throw new StorgoError('KEY_FILE_INVALID', message, { dataDir, number })
    }
  }
  for (const key of keys) {
    if (index.get(metaKey(keyFact(key.number))) !== undefined) continue
    await journal.commit({ kind: 'meta', name: keyFact(key.number), value: fingerprintOf(key) })
  }
}
