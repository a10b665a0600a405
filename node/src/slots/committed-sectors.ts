import {
  equalBytes,
  HASH_BYTES,
  SECTOR_DEPTH,
  type SlotCommitRequest,
  StorgoError,
  slotRoot,
  zeroRoot,
} from '@storgo/protocol'
import type { SlotStore, SlotView, StagedSector, Version } from '../store/slot-store.ts'
import { assertAppends, assertNotShorter, type RetentionContext } from './append-only.ts'
import { sealDraft } from './seal-draft.ts'
import type { UploadContent } from './staging.ts'
import { sameDigest } from './upload-base.ts'

/** What a commit does to a slot's sectors. */
export type CommittedSectors = {
  staged: Map<number, StagedSector>
  /** Freed stripes that are used again. */
  reused: number[]
}

export type CommitOnto = {
  view: SlotView
  /** Which held state the new one builds on. */
  base: Version
  request: SlotCommitRequest
  /** Undefined if nothing is staged under the upload that the request names, or it names none. */
  content: UploadContent | undefined
  retention: Omit<RetentionContext, 'baseSectors'>
  signal: AbortSignal
}

/**
 * Turns an upload into what the store takes, and checks that it only adds to the base and leads to the slot's root.
 *
 * @throws {StorgoError} `UPLOAD_UNKNOWN`; `STATE_STALE` if the upload began on another state; `REQUEST_INVALID` for sectors
 * beyond the state; `STRIPE_RETAINED`; `STATE_ROOT_MISMATCH`; `DISK_FULL`.
 */
export async function committedSectors(
  store: Pick<SlotStore, 'stage' | 'unstage' | 'readStaged'>,
  { view, base, request, content, retention, signal }: CommitOnto,
): Promise<CommittedSectors> {
  const { state } = request.signed
  const baseSectors = view[base]?.signed.state.sectors ?? 0
  assertNotShorter(state.sectors, baseSectors)
  // Beyond the base's own sectors a slot is zeros, which is what never written sectors read as.
  const roots = view.sectorRoots(base, state.sectors)
  const staged = new Map<number, StagedSector>()
  const reused: number[] = []
  for (const [sector, draft] of draftsFor(request, content, view[base]?.digest)) {
    signal.throwIfAborted()
    const before = roots.slice(sector * HASH_BYTES, (sector + 1) * HASH_BYTES)
    const wasZero = equalBytes(before, zeroRoot(SECTOR_DEPTH))
    const sealed = await sealDraft(store, { view, version: base, sector, draft }, wasZero)
    const freed = view.freedAt(sector, base)
    const replaces = draft.mode !== 'xor'
    if (replaces && typeof freed === 'object') reused.push(sector)
    if (equalBytes(sealed.staged.root, before)) continue
    const change = { sector, wasZero, keepsBytes: sealed.keepsBytes, replaces, freed }
    assertAppends(change, { ...retention, baseSectors })
    staged.set(sector, sealed.staged)
    roots.set(sealed.staged.root, sector * HASH_BYTES)
  }
  assertOwnSlot(request, roots)
  return { staged, reused }
}

/** The upload's sectors, if it began on the state that the new one builds on. */
function draftsFor(
  { upload, signed: { state } }: SlotCommitRequest,
  content: UploadContent | undefined,
  baseDigest: Uint8Array | undefined,
): UploadContent['sectors'] {
  if (upload === undefined) return new Map()
  if (content === undefined) throw new StorgoError('UPLOAD_UNKNOWN', 'Nothing is staged under that upload.')
  if (!sameDigest(content.baseDigest, baseDigest)) {
    throw new StorgoError('STATE_STALE', 'The upload began on another state.', { nonce: state.nonce })
  }
  for (const sector of content.sectors.keys()) {
    if (sector < state.sectors) continue
    throw new StorgoError('REQUEST_INVALID', `Sector ${sector} was staged, but the state ends before it.`, { sector })
  }
  return content.sectors
}

function assertOwnSlot({ signed: { state }, slot, slotRoots }: SlotCommitRequest, sectorRoots: Uint8Array): void {
  if (state.sectors === 0) return
  const expected = slotRoots.subarray(slot * HASH_BYTES, (slot + 1) * HASH_BYTES)
  if (equalBytes(slotRoot(sectorRoots), expected)) return
  throw new StorgoError('STATE_ROOT_MISMATCH', `What slot ${slot} holds is not what the state says.`, {
    volumeId: state.volumeId,
    slot,
    nonce: state.nonce,
  })
}
