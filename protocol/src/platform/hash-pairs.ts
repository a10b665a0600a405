import { hashInto } from '@chainsafe/as-sha256'
import { StorgoError } from '../errors.ts'
import type { HashPairs, Platform } from './platform.ts'

/** Refuses buffers whose sizes do not fit before `hash` (native code, perhaps) sees them. */
function checked(hash: HashPairs): HashPairs {
  return (input, output) => {
    if (input.length % 64 !== 0 || output.length * 2 !== input.length) {
      throw new StorgoError('INTERNAL', 'hashPairs needs 64 bytes of input for every 32 of output', {
        input: input.length,
        output: output.length,
      })
    }
    if (input.length > 0) hash(input, output)
  }
}

/** The WASM pair hasher (SIMD where the engine has it): every platform has this one. */
export const hashPairsInWasm: HashPairs = checked(hashInto)

/**
 * The native pair hasher that `load` gives, or the WASM one where there is none for this machine.
 * Both give the same hashes; `pairHasher` says which it is, so that a daemon can log it.
 */
export function choosePairHasher(load: () => { hashInto: HashPairs }): Pick<Platform, 'hashPairs' | 'pairHasher'> {
  try {
    return { hashPairs: checked(load().hashInto), pairHasher: 'hashtree' }
  } catch {
    // An optional dependency: npm leaves it out where it has no build, and loading may fail on an old libc.
    return { hashPairs: hashPairsInWasm, pairHasher: 'as-sha256' }
  }
}
