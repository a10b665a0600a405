import {
  decodeSlotCommitRequest,
  encodeSlotCommitReply,
  equalBytes,
  mayPromise,
  type Placement,
  type Receipt,
  recoverStateSigner,
  type SlotCommitRequest,
  signReceipt,
  stateDigest,
} from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotRef, SlotView } from '../store/slot-store.ts'
import { assertCertificate } from './check-certificate.ts'
import { assertConsistent, assertSignedBySession, freedBy } from './check-state.ts'
import { committedSectors } from './committed-sectors.ts'
import { placeInSlot } from './place-in-slot.ts'
import { slotMemory } from './slot-memory.ts'
import { lockName, type SlotServices } from './slot-services.ts'
import type { UploadContent } from './staging.ts'
import { assertWritable } from './store-health.ts'
import { checkFacts, type VolumeFacts } from './volume-facts.ts'

/**
 * Answers `/storgo/slot-commit/1.0.0`: checks a state, makes it and its staged sectors durable, and only then gives the
 * receipt. The same state again under the same term gets the same receipt. Spec: docs/protocol/slot-commit.md
 */
export function slotCommit(services: SlotServices): RequestHandler {
  const { access, staging, locks } = services
  return async ({ message }, asker) => {
    const request = decodeSlotCommitRequest(message)
    const ref = { volumeId: request.signed.state.volumeId, slot: request.slot }
    const facts = await access.assertMayWrite(ref, asker)
    const { signal } = asker
    const receipt = await locks.run(lockName(ref), () =>
      staging.commit(ref, request.upload, (content) => commit(services, { ref, request, content, facts, signal })),
    )
    return { body: encodeSlotCommitReply({ receipt }) }
  }
}

type Commit = {
  ref: SlotRef
  request: SlotCommitRequest
  content: UploadContent | undefined
  facts: VolumeFacts
  /** Stops the work at any point before the store is told to change something, and not after. */
  signal: AbortSignal
}

async function commit(services: SlotServices, { facts: known, ...asked }: Commit): Promise<Receipt> {
  const { store, domain, activity } = services
  const { ref, request, signal } = asked
  signal.throwIfAborted()
  const digest = stateDigest(request.signed.state, domain)
  using view = store.view(ref)
  const { pen, term } = request
  mayPromise(slotMemory(view), { term, pen })
  // A writer that has lost the pen keeps nobody waiting.
  using _ = activity.begin(ref, pen)
  const held = [view.latest, view.certified].find((each) => each !== undefined && equalBytes(each.digest, digest))
  const facts = held === undefined ? await checkSigner(services, asked) : known
  const placement = await placeInSlot(services, { ...asked, view, digest, facts })
  if (held !== undefined && placement.kind === 'held') return held.receipt

  assertWritable(store)
  const receipt = receiptOf(services, { ref, digest, term })
  if (placement.kind === 'onto' || placement.kind === 'replaces') {
    await take(services, { ...asked, facts, view, digest, placement, receipt })
  } else {
    signal.throwIfAborted()
    await store.accept(ref, receipt, { term, pen })
  }
  return receipt
}

/**
 * A state to complete, which an earlier writer has signed, may be of a key that has been replaced or has expired since: who
 * asks holds the key in force.
 * @throws {StorgoError} `SESSION_KEY_EXPIRED`, `STATE_SIGNATURE_INVALID`, `VOLUME_FULL`.
 */
async function checkSigner(
  { volumes, domain, nowMs }: SlotServices,
  { ref, request, signal }: Omit<Commit, 'facts'>,
): Promise<VolumeFacts> {
  const { volumeId } = ref
  const { generation, term } = request.signed.state
  const signer = recoverStateSigner(request.signed, domain)
  const isCompletion = request.term > term
  const key = isCompletion ? await volumes.sessionKeyOf(volumeId, generation, { signal }) : undefined
  return checkFacts(volumes, volumeId, { signal }, (known) => {
    const inForce = { key: known.sessionKey, generation: known.generation }
    assertSignedBySession(request, { signer, nowMs: nowMs() }, key ? { key, generation } : inForce, {
      billedSectors: known.billedSectors,
      mayBeOver: isCompletion,
    })
    return known
  })
}

type Taken = Commit & {
  view: SlotView
  digest: Uint8Array
  placement: Extract<Placement, { kind: 'onto' | 'replaces' }>
  receipt: Receipt
}

async function take(services: SlotServices, taken: Taken): Promise<void> {
  const { store, volumes } = services
  const { ref, request, content, facts, view, digest, placement, receipt, signal } = taken
  const { pen, term, parent, slotRoots, headRecord } = request
  const base = placement.kind === 'onto' ? placement.base : 'certified'
  if (base === 'latest' && parent !== undefined) await assertCertificate(services, parent, facts, { signal })
  assertConsistent(request, facts.k + facts.m)
  const freed = freedBy(request)
  const epoch = volumes.currentEpoch()
  const { retentionEpochs, k } = facts
  const retention = { isData: ref.slot < k, epoch, retentionEpochs, releasedNonce: view.releasedNonce }
  const { staged, reused } = await committedSectors(store, { view, base, request, content, retention, signal })
  const { state, signature } = request.signed
  signal.throwIfAborted()
  await store.commit(ref, {
    next: { signed: { state, signature }, digest, slotRoots, headRecord, receipt },
    staged,
    // What is begun anew and freed at once is free.
    reused: reused.filter((stripe) => !freed.some(({ first, count }) => first <= stripe && stripe < first + count)),
    certifies: base === 'latest' ? parent?.receipts : undefined,
    promised: { term, pen },
    ...{ freed, epoch },
  })
}

function receiptOf(
  { volumes, domain, operator }: SlotServices,
  { ref: { slot }, digest, term }: { ref: SlotRef; digest: Uint8Array; term: bigint },
): Receipt {
  const claim = { state: digest, slot, epoch: volumes.currentEpoch(), term }
  return signReceipt(claim, domain, operator.privateKey)
}
