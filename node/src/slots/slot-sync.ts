import {
  decodeSlotSyncRequest,
  encodeSlotSyncReply,
  MAX_CHANGED_RUNS,
  MAX_FREED_RUNS,
  type SectorRun,
  StorgoError,
} from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { SlotView, Version } from '../store/slot-store.ts'
import type { SlotServices } from './slot-services.ts'

/** Answers `/storgo/slot-sync/1.0.0`: a state, and what it changed here since another. Spec: docs/protocol/slot-sync.md */
export function slotSync({ access, store }: Pick<SlotServices, 'access' | 'store'>): RequestHandler {
  return async ({ message }, asker) => {
    const { volumeId, slot, since, uncertified, after } = decodeSlotSyncRequest(message)
    const ref = { volumeId, slot }
    await access.assertMayRead(ref, asker)
    using view = store.view(ref)
    const { version, held, receipts } = stateToSync(view, uncertified)
    const { signed, headRecord, slotRoots } = held
    const runs = pageOf(view.changedSince(since, version), view.freedSince(since, version), after)
    return { body: encodeSlotSyncReply({ signed, receipts, headRecord, slotRoots, ...runs }) }
  }
}

/** The uncertified state if it is asked for and there is one, otherwise the certified one. */
function stateToSync({ certified, latest }: SlotView, uncertified: boolean) {
  if (uncertified && latest !== undefined) {
    return { version: 'latest' satisfies Version, held: latest, receipts: [latest.receipt] } as const
  }
  if (certified !== undefined) {
    return { version: 'certified' satisfies Version, held: certified, receipts: certified.receipts } as const
  }
  throw new StorgoError('STATE_STALE', 'No certified state is held here.', {
    heldNonce: latest?.signed.state.nonce ?? 0n,
  })
}

/** As many runs from `after` on as a reply takes: both lists are complete below `next`. */
function pageOf<Changed extends SectorRun, Freed extends SectorRun>(
  changed: readonly Changed[],
  freed: readonly Freed[],
  after: number,
): { changed: Changed[]; freed: Freed[]; next?: number } {
  const changedLeft = within(changed, after, Number.POSITIVE_INFINITY)
  const freedLeft = within(freed, after, Number.POSITIVE_INFINITY)
  const tooMany = [changedLeft[MAX_CHANGED_RUNS], freedLeft[MAX_FREED_RUNS]].flatMap((run) => (run ? [run.first] : []))
  if (tooMany.length === 0) return { changed: changedLeft, freed: freedLeft }
  const next = Math.min(...tooMany)
  return { changed: within(changedLeft, 0, next), freed: within(freedLeft, 0, next), next }
}

/** The parts of the runs from `first` on and below `end`. */
function within<Run extends SectorRun>(runs: readonly Run[], first: number, end: number): Run[] {
  return runs.flatMap((run) => {
    const from = Math.max(run.first, first)
    const to = Math.min(run.first + run.count, end)
    return from < to ? [{ ...run, first: from, count: to - from }] : []
  })
}
