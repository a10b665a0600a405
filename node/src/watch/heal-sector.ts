import {
  ErasureCode,
  equalBytes,
  HASH_BYTES,
  isStorgoError,
  type State,
  StorgoError,
  sectorRoot,
} from '@storgo/protocol'
import { rebuildSectors } from '@storgo/sdk'
import type { SectorRef, SlotStore, SlotView, Version } from '../store/slot-store.ts'
import type { CoSlots } from './co-slots.ts'

export type HealOptions = {
  store: SlotStore
  sector: SectorRef
  coSlots: CoSlots
  signal: AbortSignal
  /** Told of co-slots that fail or lie. */
  onTrouble?: (slot: number, error: unknown) => void
}

/**
 * Works a sector that the disk no longer gives out from k other slots, checks that it is the one that was there, and puts it
 * back.
 *
 * @returns whether it had to be put back; not if it can be read after all, or no state has it any more.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS`, `DISK_FULL`, `STORE_READ_ONLY`; `SECTOR_CORRUPT` when what the others hold does
 * not make up this sector.
 */
export async function healSector({ store, sector: place, coSlots, signal, onTrouble }: HealOptions): Promise<boolean> {
  const { ref, sector } = place
  using view = store.view(ref)
  let healed = false
  for (const version of ['certified', 'latest'] as const) {
    const state = view[version]?.signed.state
    if (state === undefined || sector >= state.sectors || (await isReadable(view, version, sector))) continue
    const { k, m } = coSlots.record
    const code = ErasureCode.create(k, m)
    const bytes = await rebuiltSector({
      code,
      state,
      slot: ref.slot,
      links: coSlots.links,
      sectors: [sector],
      signal,
      onTrouble,
    })
    const root = view.sectorRoots(version, sector + 1).subarray(sector * HASH_BYTES)
    if (!equalBytes(sectorRoot(bytes), root)) throw falseSector(place, state)
    healed = (await store.heal(ref, sector, await store.stage(bytes))) || healed
    // If both versions have the same content there, that was both; the view still shows what was before.
    if (healed && equalBytes(root, view.sectorRoots('latest', sector + 1).subarray(sector * HASH_BYTES))) break
  }
  return healed
}

async function isReadable(view: SlotView, version: Version, sector: number): Promise<boolean> {
  try {
    await view.readSector(version, sector)
    return true
  } catch (error) {
    if (isStorgoError(error, 'SECTOR_CORRUPT')) return false
    throw error
  }
}

async function rebuiltSector(options: Parameters<typeof rebuildSectors>[0]): Promise<Uint8Array> {
  for await (const { bytes } of rebuildSectors(options)) return bytes
  throw new StorgoError('INTERNAL', 'Nothing was rebuilt.')
}

function falseSector({ ref: { volumeId, slot }, sector }: SectorRef, { nonce }: State): StorgoError {
  const details = { volumeId, slot, sector, nonce }
  return new StorgoError('SECTOR_CORRUPT', 'What the other slots hold does not make up this sector.', details)
}
