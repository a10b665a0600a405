import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { equalBytes, StorgoError } from '@storgo/protocol'
import { createCellCipher } from './cell-cipher.ts'
import { openCellFiles } from './cell-files.ts'
import { type IndexDatabase, openIndexDatabase } from './index-database.ts'
import { metaKey } from './keys.ts'
import { LevelSlotStore } from './level-slot-store.ts'
import type { SlotStore } from './slot-store.ts'
import { openStoreKey } from './store-key.ts'

/** Version of the layout on disk. */
const FORMAT = '1'

export type SlotStoreOptions = {
  dataDir: string
  /** Most sectors on disk, staged ones and those kept for undo included. */
  capacity: number
  /** What the data belongs to (chain, contracts, operator); a store of another one is refused. */
  binding: string
}

/**
 * Opens the store of `dataDir` and takes its lock, or makes a new one.
 *
 * @throws {StorgoError} `ALREADY_RUNNING`, `WRONG_CHAIN` for another binding, and those of the store's key.
 */
export async function openSlotStore({ dataDir, capacity, binding }: SlotStoreOptions): Promise<SlotStore> {
  await using resources = new AsyncDisposableStack()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const index = resources.use(await openIndexDatabase(join(dataDir, 'index')))
  const isNew = index.get(metaKey('format')) === undefined
  const key = await openStoreKey(join(dataDir, 'store.key'), { create: isNew })
  // One way: the fingerprint tells keys apart and reveals nothing of them.
  const fingerprint = createHash('sha256').update('storgo/store-key/1').update(key).digest()
  if (isNew) await writeMeta(index, { format: Buffer.from(FORMAT), binding: Buffer.from(binding), fingerprint })
  else checkMeta(index, { dataDir, binding, fingerprint })
  const cells = resources.use(await openCellFiles(join(dataDir, 'cells')))
  const store = await LevelSlotStore.open({ index, cells, cipher: createCellCipher(key), capacity })
  resources.move()
  return store
}

function writeMeta(index: IndexDatabase, meta: Record<string, Uint8Array>): Promise<void> {
  return index.write(Object.entries(meta).map(([name, value]) => ({ key: metaKey(name), value })))
}

function checkMeta(
  index: IndexDatabase,
  { dataDir, binding, fingerprint }: { dataDir: string; binding: string; fingerprint: Uint8Array },
): void {
  const format = textOf(index, 'format')
  if (format !== FORMAT)
    throw new StorgoError('CONFIG_INVALID', `${dataDir} has format ${format}, not ${FORMAT}.`, { dataDir })
  const bound = textOf(index, 'binding')
  if (bound !== binding) {
    throw new StorgoError('WRONG_CHAIN', `${dataDir} belongs to ${bound}, not to ${binding}.`, {
      dataDir,
      bound,
      binding,
    })
  }
  if (!equalBytes(index.get(metaKey('fingerprint')) ?? new Uint8Array(), fingerprint)) {
    throw new StorgoError('KEY_FILE_INVALID', `store.key of ${dataDir} is not the one its sectors were written with.`, {
      dataDir,
    })
  }
}

function textOf(index: IndexDatabase, name: string): string {
  return Buffer.from(index.get(metaKey(name)) ?? []).toString()
}
