import { equalBytes, StorgoError } from '@storgo/protocol'
import type { SlotView, Version } from '../store/slot-store.ts'

/** The held state that an upload's patches apply to. */
export type Base = {
  version: Version
  /** Undefined for the empty state. */
  digest: Uint8Array | undefined
}

/**
 * The held state with that nonce; 0 is the empty state, below a first state that nobody has certified.
 *
 * @throws {StorgoError} `STATE_STALE` if none is held.
 */
export function baseOf({ certified, latest }: SlotView, nonce: bigint): Base {
  if (latest?.signed.state.nonce === nonce) return { version: 'latest', digest: latest.digest }
  const certifiedNonce = certified?.signed.state.nonce ?? 0n
  if (certifiedNonce === nonce) return { version: 'certified', digest: certified?.digest }
  const heldNonce = latest?.signed.state.nonce ?? certifiedNonce
  throw new StorgoError('STATE_STALE', `State ${nonce} is not held here.`, {
    baseNonce: nonce,
    heldNonce,
    certifiedNonce,
  })
}

export function sameDigest(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}
