import type { Address } from 'viem'
import type { ShownStates } from './neighbour-chain.ts'

/** The proofs of one epoch, for looking up. */
export class EpochProofs {
  readonly #nonces = new Map<string, bigint>()

  constructor(proofs: readonly ShownStates[]) {
    for (const { provider, states } of proofs) {
      for (const { volumeId, nonce } of states) {
        const key = keyOf(provider, volumeId)
        const lowest = this.#nonces.get(key)
        if (lowest === undefined || nonce < lowest) this.#nonces.set(key, nonce)
      }
    }
  }

  /** The lowest nonce that the provider showed of the volume, 0 for none; `undefined` if nothing of it was drawn or proven. */
  shown(provider: Address, volumeId: bigint): bigint | undefined {
    return this.#nonces.get(keyOf(provider, volumeId))
  }
}

function keyOf(provider: Address, volumeId: bigint): string {
  return `${provider.toLowerCase()}/${volumeId}`
}
