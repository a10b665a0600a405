import type { SigningDomain } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Locks } from '../locks.ts'
import type { SlotRef, SlotStore } from '../store/slot-store.ts'
import type { SlotAccess } from './access.ts'
import type { Staging } from './staging.ts'
import type { VolumeSource } from './volume-facts.ts'

/** What the slot protocols' handlers work on. */
export type SlotServices = {
  store: SlotStore
  staging: Staging
  volumes: VolumeSource
  access: SlotAccess
  /** One change of a slot at a time. */
  locks: Locks
  domain: SigningDomain
  /** Signs receipts. */
  operator: { address: Address; privateKey: Uint8Array }
  nowMs: () => number
}

/** The lock that guards a slot's states. */
export function lockName({ volumeId, slot }: SlotRef): string {
  return `${volumeId}/${slot}`
}
