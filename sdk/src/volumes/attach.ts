import { StorgoError } from '@storgo/protocol'
import { askSlots } from './ask-slots.ts'
import { type Belief, believe, type SlotAnswer } from './believe.ts'
import { AnswerChecker } from './check-answer.ts'
import { refusalOf } from './refusal.ts'
import type { SlotHealth } from './slot-health.ts'
import type { SlotTroubles } from './slot-troubles.ts'
import type { VolumeRecord } from './volume-record.ts'

/** Once enough have answered, how long the others are still waited for. */
const GRACE_MS = 100

export type AttachOptions = {
  /** Learns how the slots do. */
  health: SlotHealth
  troubles: SlotTroubles
}

/**
 * Asks all slots at once what they hold and believes the highest certified state among at least n − q + 1 answers.
 *
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer than k slots hold that state; what the slots refused with, when they
 * all refused for the same reason and it lies with the request.
 */
export async function attach(record: VolumeRecord, { health, troubles }: AttachOptions): Promise<Belief> {
  const { k, q, volumeId, links, domain } = record
  const known = { k, n: links.length, q, domain }
  const checker = new AnswerChecker(record)
  const needed = Math.max(k, links.length - q + 1)
  const { answers, errors, silent } = await askSlots<SlotAnswer>(links, {
    ask: async (link, options) => {
      const { slot } = link
      const sentMs = health.nowMs
      const reply = await link.state(options)
      await checker.check(slot, reply)
      health.answered(slot, sentMs)
      return { slot, reply }
    },
    isEnough: (some) => {
      const { holders, possible } = believe(some, known)
      // The others may know whether that state is certified.
      return holders.size >= needed && possible === undefined
    },
    graceMs: GRACE_MS,
    onFailed: (link, error) => {
      health.failed(link.slot, error)
      troubles.tell(link, error, 'going on without it')
    },
  })
  const belief = believe(answers, known)
  if (belief.holders.size < needed) {
    const good = belief.holders.size
    throw refusalOf(errors, { volumeId, slots: links.length, good, needed, what: 'answered with its last state' })
  }
  for (const { slot } of silent) health.overdue(slot)
  for (const { slot } of answers) {
    const link = links[slot]
    if (!link || belief.holders.has(slot)) continue
    const stale = new StorgoError('STATE_STALE', 'it holds another state', { slot })
    health.failed(slot, stale)
    troubles.tell(link, stale, 'going on without it')
  }
  return belief
}
