import { type Epoch, SECTOR_BYTES } from '@storgo/protocol'
import type { Address } from 'viem'
import type { ConfigReport } from './config/live-settings.ts'
import type { BookEntry } from './prover/proof-chain.ts'
import type { SlotRef, SlotStore, StoreHealth } from './store/slot-store.ts'

/** What `/status` shows. */
export type NodeStatus = {
  operator: Address
  peerId: string
  multiaddrs: string[]
  epoch: Epoch
  block: bigint
  lastProvenEpoch: Epoch | undefined
  peers: number
  storedBytes: number
  capacityBytes: number
  store: StoreHealth
  slots: SlotStatus[]
  config: ConfigReport
}

export type SlotStatus = {
  volumeId: bigint
  slot: number
  /** Of the newest state held; 0 while there is none. */
  nonce: bigint
  certifiedNonce: bigint
  sectors: number
  billed: number
}

/** The slots that the provider is billed for or holds. */
export async function slotStatuses(store: SlotStore, book: readonly BookEntry[]): Promise<SlotStatus[]> {
  const refs = new Map<string, SlotRef & { billed: number }>()
  for (const { volumeId, slot } of await store.slots()) refs.set(`${volumeId}/${slot}`, { volumeId, slot, billed: 0 })
  for (const { volumeId, slot, frozenSectors, nextSectors } of book) {
    if (frozenSectors === 0 && nextSectors === 0) continue
    refs.set(`${volumeId}/${slot}`, { volumeId, slot, billed: nextSectors })
  }
  return [...refs.values()].map(({ volumeId, slot, billed }) => {
    using view = store.view({ volumeId, slot })
    const newest = (view.latest ?? view.certified)?.signed.state
    const certifiedNonce = view.certified?.signed.state.nonce ?? 0n
    return { volumeId, slot, nonce: newest?.nonce ?? 0n, certifiedNonce, sectors: newest?.sectors ?? 0, billed }
  })
}

export function bytesOf({ stored, capacity }: { stored: number; capacity: number }) {
  return { storedBytes: stored * SECTOR_BYTES, capacityBytes: capacity * SECTOR_BYTES }
}
