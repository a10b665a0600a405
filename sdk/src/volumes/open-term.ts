import { type Decision, decide } from '@storgo/protocol'
import { completeState } from './complete-state.ts'
import type { Logger } from './logger.ts'
import { SlotFleet } from './slot-fleet.ts'
import { type TakePenOptions, takePen } from './take-pen.ts'
import type { VolumeRecord } from './volume-record.ts'

/** A term that has begun: what is written onto, and the slots that hold it. */
export type OpenTerm = { certified: Decision['certified']; fleet: SlotFleet }

/**
 * Takes the pen and settles what an earlier writer left: a state that may have been certified is completed, any other is
 * undone by the first commit of the term.
 * @throws {StorgoError} as `takePen` and `completeState`.
 */
export async function openTerm(record: VolumeRecord, options: TakePenOptions & { logger: Logger }): Promise<OpenTerm> {
  const { pen, troubles, logger, signal } = options
  const { term, promises, holdings } = await takePen(record, options)
  const decision = decide(holdings, { n: record.links.length, q: record.q, domain: record.domain })
  const { next } = decision
  if (next.kind !== 'complete') {
    const fleet = new SlotFleet({ record, term, refusals: next.kind === 'undo' ? promises : [], logger })
    for (const slot of decision.holders) fleet.join(slot)
    return { certified: decision.certified, fleet }
  }
  const common = { record, decision, term, pen, refusals: promises, troubles, signal }
  const certificate = await completeState({ ...common, unfinished: next })
  const fleet = new SlotFleet({ record, term, refusals: [], logger })
  for (const { slot } of certificate.receipts) fleet.join(slot)
  return { certified: { certificate, headRecord: next.headRecord }, fleet }
}
