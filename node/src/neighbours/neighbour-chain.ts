import type { Certificate, Epoch } from '@storgo/protocol'
import type { Address } from 'viem'
import type { SendOptions } from '../prover/proof-chain.ts'

type CallOptions = { signal: AbortSignal }

/** The states under which a provider proved an epoch; `undefined` if the transaction does not tell. */
export type ProvenStates = {
  provider: Address
  epoch: Epoch
  states: readonly { volumeId: bigint; nonce: bigint }[] | undefined
}

/** What watching the neighbours' proofs needs of the contracts. */
export interface NeighbourChain {
  /** Proofs accepted in these blocks, both included. */
  listProvenStates(blocks: { from: bigint; to: bigint }, options: CallOptions): Promise<readonly ProvenStates[]>
  /** Volumes of which the provider had to show leaves in the epoch whose last block is `block`. */
  readDrawnVolumes(
    drawn: { provider: Address; epoch: Epoch; block: bigint },
    options: CallOptions,
  ): Promise<ReadonlySet<bigint>>
  /** Least nonces that proofs may show, by slot; `undefined` for a vacant one. */
  readFloors(volumeId: bigint, options: CallOptions): Promise<readonly (bigint | undefined)[]>
  /** Raises the floors of these slots to the certified state. */
  anchor(anchor: { certificate: Certificate; slots: readonly number[] }, options: SendOptions): Promise<void>
}
