import { concatBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import { linkHash, type SignedState } from '../state/state.ts'
import { HASH_BYTES, LEAF_BYTES } from '../units.ts'

/** One state's record in `prove`. */
export const STATE_RECORD_BYTES = 152
/** The index that stands for the implicit empty state. */
export const EMPTY_STATE_INDEX = 0xffff

/** One challenged leaf with its path; `undefined` for a state without sectors and for the implicit empty state. */
export type Sample = { stateIndex: number; proof: { leaf: Uint8Array; path: Uint8Array } | undefined }

/**
 * The `states` argument of `prove`.
 *
 * @param states in increasing order of volumeId, each volume once: samples name them by their place.
 */
export function encodeStates(states: readonly SignedState[]): Uint8Array {
  return concatBytes(
    ...states.map(({ state, signature }, i) => {
      const before = states[i - 1]
      if (before !== undefined && before.state.volumeId >= state.volumeId) {
        throw new StorgoError('INTERNAL', 'states are out of order', { volumeId: state.volumeId })
      }
      const numbers = new DataView(new ArrayBuffer(24))
      numbers.setBigUint64(0, state.volumeId)
      numbers.setBigUint64(8, state.nonce)
      numbers.setUint32(16, state.generation)
      numbers.setUint32(20, state.sectors)
      return concatBytes(new Uint8Array(numbers.buffer), state.root, linkHash(state), signature)
    }),
  )
}

/** The `samples` argument of `prove`: one sample for each of the epoch's challenges, in order. */
export function encodeSamples(samples: readonly Sample[]): Uint8Array {
  return concatBytes(
    ...samples.flatMap(({ stateIndex, proof }) => {
      const index = Uint8Array.of(stateIndex >> 8, stateIndex & 0xff)
      if (proof === undefined) return [index]
      const { leaf, path } = proof
      if (leaf.length !== LEAF_BYTES || path.length % HASH_BYTES !== 0 || stateIndex >= EMPTY_STATE_INDEX) {
        throw new StorgoError('INTERNAL', 'not a sample', { stateIndex, leaf: leaf.length, path: path.length })
      }
      return [index, leaf, path]
    }),
  )
}
