import { equalBytes, HASH_BYTES, slotRoot, volumeRoot } from '@storgo/protocol'
import { bytesToHex } from 'viem'
import { openSlotStore, type SlotStoreOptions } from '../../node/src/store/open-slot-store.ts'
import type { SlotStore, SlotView } from '../../node/src/store/slot-store.ts'
import { BINDING, VOLUME_ID } from '../integration/volumes/slots-in-process.ts'
import type { Acknowledged } from './acknowledged.ts'

/** What is wrong with a slot, and how many sectors were read to know. */
export type Checked = { losses: string[]; sectors: number }

/** Sectors; no upload of these tests comes near it. */
const CAPACITY = 1_000

/** Opens the store of a slot and checks it. One that cannot be opened has lost all that was acknowledged. */
export async function openAndCheck(
  slot: number,
  acknowledged: readonly Acknowledged[],
  options: Pick<SlotStoreOptions, 'dataDir' | 'disk' | 'openIndex' | 'snapshotAfterBytes'>,
): Promise<Checked> {
  try {
    await using store = await openSlotStore({
      ...{ capacity: CAPACITY, binding: BINDING, retentionEpochs: () => 4 },
      ...options,
    })
    return await checkSlot(store, slot, acknowledged)
  } catch (error) {
    const mine = acknowledged.filter((each) => each.slot === slot)
    return { losses: mine.map((each) => `${JSON.stringify(each)}: ${error}`), sectors: 0 }
  }
}

/**
 * Whether a slot still has all that it acknowledged, or what came later, and every sector of the states it holds, by reading
 * them from the disk.
 */
async function checkSlot(store: SlotStore, slot: number, acknowledged: readonly Acknowledged[]): Promise<Checked> {
  using view = store.view({ volumeId: VOLUME_ID, slot })
  const losses = acknowledged
    .filter((each) => each.slot === slot && !has(view, each))
    .map((each) => JSON.stringify(each))
  const health = store.health()
  if (!health.readable || !health.writable) losses.push(`it is of no use: ${health.reason}`)
  let sectors = 0
  for (const version of ['certified', 'latest'] as const) {
    const read = await checkSectors(view, slot, version)
    losses.push(...read.losses)
    sectors += read.sectors
  }
  return { losses, sectors }
}

function has(view: SlotView, acknowledged: Acknowledged): boolean {
  if (acknowledged.kind === 'promised') return view.promised.term >= BigInt(acknowledged.term)
  const nonce = BigInt(acknowledged.nonce)
  const versions = acknowledged.kind === 'certified' ? [view.certified] : [view.certified, view.latest]
  return versions.some((held) => {
    if (held === undefined) return false
    const { state } = held.signed
    return state.nonce > nonce || (state.nonce === nonce && bytesToHex(state.root) === acknowledged.root)
  })
}

/** The sectors' roots lead to the root that the state signs, and each sector's bytes to its root. */
async function checkSectors(view: SlotView, slot: number, version: 'certified' | 'latest'): Promise<Checked> {
  const held = view[version]
  if (held === undefined) return { losses: [], sectors: 0 }
  const { state } = held.signed
  const losses: string[] = []
  const name = `${version} state ${state.nonce}`
  const root = slotRoot(view.sectorRoots(version, state.sectors))
  const signed = held.slotRoots.subarray(slot * HASH_BYTES, (slot + 1) * HASH_BYTES)
  if (!equalBytes(root, signed)) losses.push(`${name}: its sectors are not those that were signed`)
  if (!equalBytes(volumeRoot(held.slotRoots, state.sectors), state.root)) losses.push(`${name}: its root is another`)
  for (let sector = 0; sector < state.sectors; sector++) {
    // It compares the bytes with the root.
    await view.readSector(version, sector).catch((error: unknown) => losses.push(`${name}, sector ${sector}: ${error}`))
  }
  return { losses, sectors: state.sectors }
}
