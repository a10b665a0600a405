import { type Certificate, equalBytes, HASH_BYTES, type State, StorgoError } from '@storgo/protocol'
import type { CertifiedState, HeldState, Version } from '../store/slot-store.ts'

/** The states that a slot holds. */
export type HeldStates = { certified: CertifiedState | undefined; latest: HeldState | undefined }

/** What a new state builds on, and what has to be verified before it may. */
export type Placement = {
  base: Version
  /** Digest of the base; undefined for the empty state. */
  baseDigest: Uint8Array | undefined
  /** To be verified: certifies the held uncertified state. */
  certifies?: Certificate
}

/**
 * Where a state goes among those held: on top of the certified one; on top of the uncertified one, which its
 * certificate then certifies; or in the place of the uncertified one, with a higher term.
 *
 * @param parentDigest digest of the state in `parent`.
 * @throws {StorgoError} `STATE_STALE`, `STATE_UNFINISHED`, `CERTIFICATE_INVALID` for the certificate of another state.
 */
export function placeOf(
  state: State,
  { certified, latest }: HeldStates,
  parent: { certificate: Certificate; digest: Uint8Array } | undefined,
): Placement {
  if (parent !== undefined && !equalBytes(parent.digest, state.parent)) {
    throw new StorgoError('CERTIFICATE_INVALID', 'The certificate is of another state than the parent.')
  }
  const onLatest = follows(state, latest)
  if (latest !== undefined && onLatest) {
    if (parent === undefined) throw unfinished(state, latest)
    return { base: 'latest', baseDigest: latest.digest, certifies: parent.certificate }
  }
  const heldTerm = latest?.signed.state.term ?? 0n
  if (!follows(state, certified) || state.term < heldTerm) throw stale(state, { certified, latest })
  // Whoever raises the term has established that the state in the way cannot have been certified.
  if (latest !== undefined && state.term === heldTerm) throw unfinished(state, latest)
  return { base: 'certified', baseDigest: certified?.digest }
}

function follows(state: State, held: HeldState | undefined): boolean {
  const { nonce, term } = held?.signed.state ?? { nonce: 0n, term: 0n }
  const digest = held?.digest ?? new Uint8Array(HASH_BYTES)
  return state.nonce === nonce + 1n && equalBytes(state.parent, digest) && state.term >= term
}

function stale(state: State, { certified, latest }: HeldStates): StorgoError {
  const certifiedNonce = certified?.signed.state.nonce ?? 0n
  const heldNonce = latest?.signed.state.nonce ?? certifiedNonce
  const heldTerm = latest?.signed.state.term ?? certified?.signed.state.term ?? 0n
  const details = { nonce: state.nonce, heldNonce, certifiedNonce, heldTerm }
  return new StorgoError('STATE_STALE', `State ${state.nonce} does not follow what this slot holds.`, details)
}

function unfinished(state: State, latest: HeldState): StorgoError {
  const { nonce: heldNonce, term: heldTerm } = latest.signed.state
  const details = { nonce: state.nonce, heldNonce, heldTerm }
  return new StorgoError('STATE_UNFINISHED', `State ${heldNonce} has no certificate yet.`, details)
}
