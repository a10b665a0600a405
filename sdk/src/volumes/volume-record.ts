import type { Epoch, FormerOperator, SigningDomain } from '@storgo/protocol'
import type { Address } from 'viem'
import type { SlotLink } from './slot-link.ts'

/** A volume as the chain knows it, with a link to the provider of each slot. */
export type VolumeRecord = {
  volumeId: bigint
  owner: Address
  k: number
  m: number
  /** Receipts that certify a state. */
  q: number
  /** Sectors per slot that are paid for. */
  billedSectors: number
  /** Of the session key that new states are signed with. */
  generation: number
  closed: boolean
  domain: SigningDomain
  /** Operators by slot. */
  operators: readonly Address[]
  /** Who held the slots before, by slot. */
  formers: readonly (FormerOperator | undefined)[]
  links: readonly SlotLink[]
  /** Address of a generation's session key. */
  sessionKeyOf(generation: number): Promise<Address>
  /** The epoch it is, and for how many epochs slots keep what a state has freed. */
  retention(): Promise<{ epoch: Epoch; retentionEpochs: number }>
}
