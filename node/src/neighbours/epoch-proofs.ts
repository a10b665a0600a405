import type { Address } from 'viem'
import type { ProvenStates } from './neighbour-chain.ts'

/** What a neighbour's proof says of one volume: the nonce that it showed, or nothing. */
export type Shown = { kind: 'state'; nonce: bigint } | { kind: 'nothing' } | { kind: 'unknown' }

/** The proofs of one epoch, for looking up. */
export class EpochProofs {
  readonly #nonces = new Map<string, Map<bigint, bigint> | undefined>()

  constructor(proofs: readonly ProvenStates[]) {
    for (const { provider, states } of proofs) {
      const nonces = states && new Map(states.map(({ volumeId, nonce }) => [volumeId, nonce]))
      this.#nonces.set(provider.toLowerCase(), nonces)
    }
  }

  /** `unknown` if the provider has not proven the epoch, or its transaction does not tell under which states. */
  shown(provider: Address, volumeId: bigint): Shown {
    const nonces = this.#nonces.get(provider.toLowerCase())
    if (nonces === undefined) return { kind: 'unknown' }
    const nonce = nonces.get(volumeId)
    return nonce === undefined ? { kind: 'nothing' } : { kind: 'state', nonce }
  }
}
