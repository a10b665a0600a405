import { setTimeout as sleep } from 'node:timers/promises'
import { SECTOR_BYTES } from '@storgo/protocol'
import type { Disk } from './disk.ts'
import type { IndexReader } from './index-database.ts'
import { fingerprintOf, type KeyRing, keyOfPatch } from './key-ring.ts'
import { chainOf } from './patch-chain.ts'
import { type SlotSectorsParts, type StoredSector, storedSectors } from './scrub-slots.ts'
import { NO_CELL } from './sector-page.ts'
import type { SectorReader } from './sector-reader.ts'
import type { RotateOptions, SlotStore } from './slot-store.ts'
import type { StageRoom } from './stage-room.ts'
import { makeStoreKey, readStoreKeys, writeStoreKeys } from './store-key.ts'

/** How long to wait for uploads that were encrypted with the old key. */
const WAIT_MS = 1_000

export type RotateParts = Omit<SlotSectorsParts, 'slots'> & {
  disk: Disk
  keys: KeyRing
  reader: SectorReader
  room: StageRoom
  store: Pick<SlotStore, 'slots' | 'stage' | 'heal'>
  /** Records a fact about the store. */
  note(name: string, value: Uint8Array): Promise<void>
}

/** Name of the fact that a key is in use; its value is the key's fingerprint. */
export function keyFact(number: number): string {
  return `key/${number}`
}

/**
 * Takes a new key into use, rewrites copy-on-write whatever an older one encrypted, and forgets the older ones. If it was interrupted
 * it goes on with the newest key that there is.
 *
 * The new key is in its file before anything is encrypted with it, and an old one leaves the file last: a crash at any point leaves every
 * key that is still needed. A sector that is corrupt keeps it from ending until it is healed.
 */
export async function rotateStoreKey(parts: RotateParts, options: RotateOptions): Promise<void> {
  const { signal } = options
  const { disk, keys, note } = parts
  let held = await readStoreKeys(disk)
  if (held.length === 1) {
    const fresh = makeStoreKey(held)
    held = [...held, fresh]
    await writeStoreKeys(disk, held)
    await note(keyFact(fresh.number), fingerprintOf(fresh))
    keys.add(fresh)
  }
  for (;;) {
    const rewritten = await rewrite(parts, options)
    if (rewritten === 0 && !parts.room.hasOtherThan(keys.newest)) break
    if (rewritten === 0) await sleep(WAIT_MS, undefined, { signal })
  }
  for (const { number } of held) if (number !== keys.newest) await note(keyFact(number), new Uint8Array())
  await writeStoreKeys(
    disk,
    held.filter(({ number }) => number === keys.newest),
  )
}

/** @returns how many sectors an older key has encrypted. */
async function rewrite(parts: RotateParts, { signal, bytesPerSecond }: RotateOptions): Promise<number> {
  const { keys, store, reader } = parts
  let found = 0
  for await (const stored of storedSectors({ ...parts, slots: await store.slots() })) {
    signal.throwIfAborted()
    if (!hasOtherKey(stored.index, stored, keys.newest)) continue
    found++
    const startedMs = performance.now()
    const bytes = await reader.read(stored.index, stored.content)
    await store.heal(stored.ref, stored.sector, await store.stage(bytes))
    const leftMs = (SECTOR_BYTES / bytesPerSecond) * 1000 - (performance.now() - startedMs)
    if (leftMs > 0) await sleep(leftMs, undefined, { signal })
  }
  return found
}

function hasOtherKey(index: Pick<IndexReader, 'get'>, { content }: StoredSector, newest: number): boolean {
  if (content.cell !== NO_CELL && content.key !== newest) return true
  return Array.from(chainOf(index, content.patch)).some(({ sealed }) => keyOfPatch(sealed) !== newest)
}
