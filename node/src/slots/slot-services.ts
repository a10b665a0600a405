import type { SigningDomain } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Locks } from '../locks.ts'
import type { SlotRef, SlotStore } from '../store/slot-store.ts'
import type { SlotAccess } from './access.ts'
import type { PenActivity } from './pen-activity.ts'
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
  /** Whose uploads are active, for whoever wants the pen. */
  activity: PenActivity
  domain: SigningDomain
  /** Signs receipts and promises. */
  operator: { address: Address; privateKey: Uint8Array }
  nowMs: () => number
  /** Is told that a certified state exists that this slot does not hold and cannot follow. */
  onBehind: (ref: SlotRef) => void
}

/** The lock that guards a slot's states. */
export function lockName({ volumeId, slot }: SlotRef): string {
  return `${volumeId}/${slot}`
}
