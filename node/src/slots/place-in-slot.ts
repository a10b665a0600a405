import {
  type Certificate,
  equalBytes,
  isStorgoError,
  type PenPromise,
  type Placement,
  placeCommit,
  quorum,
  recoverPenPromiseSigner,
  type SigningDomain,
  type SlotCommitRequest,
  stateDigest,
} from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import type { SlotRef, SlotView } from '../store/slot-store.ts'
import { assertCertificate } from './check-certificate.ts'
import { isAhead } from './is-ahead.ts'
import { slotMemory } from './slot-memory.ts'
import type { SlotServices } from './slot-services.ts'
import type { VolumeFacts } from './volume-facts.ts'

export type CommitToPlace = {
  ref: SlotRef
  view: SlotView
  request: SlotCommitRequest
  /** Of the request's state. */
  digest: Uint8Array
  facts: VolumeFacts
  signal: AbortSignal
}

/**
 * Where a commit goes in what the slot holds and has promised. A certificate that shows the slot to be behind is reported.
 *
 * @throws {StorgoError} `PEN_TAKEN`, `STATE_STALE`, `STATE_UNFINISHED`, `REFUSALS_MISSING`; `CERTIFICATE_INVALID` for the
 * certificate of another state than the parent.
 */
export async function placeInSlot(services: SlotServices, commit: CommitToPlace): Promise<Placement> {
  const { view, request, digest, facts } = commit
  const { pen, term, signed } = request
  const parent = request.parent && parentOf(request.parent, services.domain)
  const shape = { n: facts.k + facts.m, q: quorum(facts.k, facts.m) }
  const proposed = {
    ...{ state: signed.state, digest, term, pen, refusals: validRefusals(commit, services) },
    ...(parent && { parent }),
  }
  try {
    return placeCommit(slotMemory(view), proposed, shape)
  } catch (error) {
    if (isStorgoError(error, 'STATE_STALE') && parent !== undefined && isAhead(parent, view)) {
      await assertCertificate(services, parent.certificate, facts, commit)
      services.onBehind(commit.ref)
    }
    throw error
  }
}

function parentOf(certificate: Certificate, domain: SigningDomain) {
  const { state } = certificate.signed
  return { nonce: state.nonce, digest: stateDigest(state, domain), certificate }
}

/** The promises that are signed by the operators of their slots; looked at only where another state has to go for this one. */
function validRefusals({ ref, view, request, digest, facts }: CommitToPlace, { domain }: SlotServices): PenPromise[] {
  const { latest } = view
  const { state } = request.signed
  if (latest?.signed.state.nonce !== state.nonce || equalBytes(latest.digest, digest)) return []
  return request.refusals.filter((promise) => {
    const operator = facts.operators[promise.slot]
    const signer = signerOf(ref.volumeId, promise, domain)
    return operator !== undefined && signer !== undefined && isAddressEqual(operator, signer)
  })
}

function signerOf(volumeId: bigint, promise: PenPromise, domain: SigningDomain): Address | undefined {
  try {
    return recoverPenPromiseSigner(volumeId, promise, domain)
  } catch (error) {
    if (isStorgoError(error, 'CERTIFICATE_INVALID')) return undefined
    throw error
  }
}
