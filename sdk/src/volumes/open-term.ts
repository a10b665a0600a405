import { type Decision, decide } from '@storgo/protocol'
import { completeState } from './complete-state.ts'
import { SlotGatherer } from './gather-slots.ts'
import type { Logger } from './logger.ts'
import { SlotFleet } from './slot-fleet.ts'
import { type TakePenOptions, takePen } from './take-pen.ts'
import type { VolumeRecord } from './volume-record.ts'

/** A term that has begun: what is written onto, and the slots that hold it, at least q. */
export type OpenTerm = { certified: Decision['certified']; fleet: SlotFleet; gatherer: SlotGatherer }

/**
 * Takes the pen and settles what an earlier writer left: a state that may have been certified is completed, any other is
 * undone by the first commit of the term. Waits for slots that are behind, where they are needed.
 * @throws {StorgoError} as `takePen`, `SlotGatherer.gather` and `completeState`.
 */
export async function openTerm(record: VolumeRecord, options: TakePenOptions & { logger: Logger }): Promise<OpenTerm> {
  const { pen, troubles, logger, signal } = options
  const { term, promises, holdings } = await takePen(record, options)
  const { certified, holders, next } = decide(holdings, { n: record.links.length, q: record.q, domain: record.domain })
  // Also when nothing is to be undone: a slot that did not promise may hold what an earlier writer left.
  const fleet = new SlotFleet({ record, term, refusals: promises, logger })
  for (const slot of holders) fleet.join(slot)
  const gatherer = new SlotGatherer(fleet)
  await gatherer.gather(certified?.certificate, signal)
  if (next.kind !== 'complete') return { certified, fleet, gatherer }

  const decision = { certified, holders: fleet.live }
  const certificate = await completeState({
    record,
    decision,
    unfinished: next,
    term,
    pen,
    refusals: promises,
    troubles,
    signal,
  })
  const completed = new SlotFleet({ record, term, refusals: [], logger })
  for (const { slot } of certificate.receipts) completed.join(slot)
  return {
    certified: { certificate, headRecord: next.headRecord },
    fleet: completed,
    gatherer: new SlotGatherer(completed),
  }
}
