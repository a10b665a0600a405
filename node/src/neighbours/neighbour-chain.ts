import type { Certificate, Epoch } from '@storgo/protocol'
import type { Address } from 'viem'
import type { SendOptions } from '../prover/proof-chain.ts'

type CallOptions = { signal: AbortSignal }

/** The states that a provider showed to prove an epoch; nonce 0 where it showed none. Volumes that were not drawn are missing. */
export type ShownStates = {
  provider: Address
  epoch: Epoch
  states: readonly { volumeId: bigint; nonce: bigint }[]
}

/** What watching the neighbours' proofs needs of the contracts. */
export interface NeighbourChain {
  /** Proofs accepted from that block on. */
  listShownStates(fromBlock: bigint, options: CallOptions): Promise<readonly ShownStates[]>
  /** Least nonces that proofs may show from the next epoch on, by slot. */
  readNextFloors(volumeId: bigint, options: CallOptions): Promise<readonly bigint[]>
  /** Raises the floors of these slots to the certified state, each by its own receipt in the certificate. */
  anchor(anchor: { certificate: Certificate; slots: readonly number[] }, options: SendOptions): Promise<void>
}
