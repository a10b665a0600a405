import {
  type Certificate,
  decodeSlotCommitRequest,
  encodeSlotCommitReply,
  equalBytes,
  HASH_BYTES,
  type Receipt,
  recoverStateSigner,
  type SlotCommitRequest,
  StorgoError,
  signReceipt,
  stateDigest,
} from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotRef, SlotView, StagedSector } from '../store/slot-store.ts'
import { assertCertificate } from './check-certificate.ts'
import { assertConsistent, assertOwnSlot, assertSignedBySession } from './check-state.ts'
import { type Placement, placeOf } from './next-state.ts'
import { lockName, type SlotServices } from './slot-services.ts'
import type { UploadContent } from './staging.ts'
import { checkFacts } from './volume-facts.ts'

/**
 * Answers `/storgo/slot-commit/1.0.0`: checks a state, makes it and its staged sectors durable, and only then gives the
 * receipt. The same state again gets the same receipt. Spec: docs/protocol/slot-commit.md
 */
export function slotCommit(services: SlotServices): RequestHandler {
  const { access, staging, locks } = services
  return async ({ message }, asker) => {
    const request = decodeSlotCommitRequest(message)
    const ref = { volumeId: request.signed.state.volumeId, slot: request.slot }
    await access.assertMayWrite(ref, asker)
    const receipt = await locks.run(lockName(ref), () =>
      staging.commit(ref, request.upload, (content) =>
        commit(services, ref, { request, content, signal: asker.signal }),
      ),
    )
    return { body: encodeSlotCommitReply({ receipt }) }
  }
}

type Commit = { request: SlotCommitRequest; content: UploadContent | undefined; signal: AbortSignal }

async function commit(services: SlotServices, ref: SlotRef, { request, content, signal }: Commit): Promise<Receipt> {
  const { store, volumes, domain, operator, nowMs } = services
  const { state } = request.signed
  const digest = stateDigest(state, domain)
  using view = store.view(ref)
  const again = [view.latest, view.certified].find((held) => held !== undefined && equalBytes(held.digest, digest))
  if (again !== undefined) return again.receipt

  const signer = recoverStateSigner(request.signed, domain)
  const facts = await checkFacts(volumes, ref.volumeId, { signal }, (known) => {
    assertSignedBySession(request, { signer, nowMs: nowMs() }, known)
    return known
  })
  const placement = placeOf(state, view, request.parent && parentOf(request.parent, services))
  if (placement.certifies !== undefined) await assertCertificate(services, placement.certifies, facts, { signal })
  assertConsistent(request, facts.k + facts.m)
  const staged = stagedFor(request, placement, content)
  assertOwnSlot(request, sectorRootsAfter(view, placement, staged, state.sectors))

  const claim = { state: digest, slot: ref.slot, epoch: volumes.currentEpoch() }
  const receipt = signReceipt(claim, domain, operator.privateKey)
  const { slotRoots, headRecord } = request
  const { signature } = request.signed
  const next = { signed: { state, signature }, digest, slotRoots, headRecord, receipt }
  await store.commit(ref, { next, staged, certifies: placement.certifies?.receipts })
  return receipt
}

function parentOf(certificate: Certificate, { domain }: SlotServices) {
  return { certificate, digest: stateDigest(certificate.signed.state, domain) }
}

/** The upload's sectors, if it began on the state that the new one builds on. */
function stagedFor(
  { upload, signed: { state } }: SlotCommitRequest,
  { baseDigest }: Placement,
  content: UploadContent | undefined,
): Map<number, StagedSector> {
  if (upload === undefined) return new Map()
  if (content === undefined) throw new StorgoError('UPLOAD_UNKNOWN', 'Nothing is staged under that upload.')
  const { baseDigest: began, sectors } = content
  const same = began === undefined || baseDigest === undefined ? began === baseDigest : equalBytes(began, baseDigest)
  if (!same) throw new StorgoError('STATE_STALE', 'The upload began on another state.', { nonce: state.nonce })
  for (const sector of sectors.keys()) {
    if (sector < state.sectors) continue
    throw new StorgoError('REQUEST_INVALID', `Sector ${sector} was staged, but the state ends before it.`, { sector })
  }
  return sectors
}

function sectorRootsAfter(
  view: SlotView,
  { base }: Placement,
  staged: ReadonlyMap<number, StagedSector>,
  sectors: number,
): Uint8Array {
  // Beyond the base's own sectors a slot is zeros, which is what never written sectors read as.
  const roots = view.sectorRoots(base, sectors)
  for (const [sector, { root }] of staged) roots.set(root, sector * HASH_BYTES)
  return roots
}
