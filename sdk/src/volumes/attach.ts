import { StorgoError } from '@storgo/protocol'
import { type Belief, believe, type SlotAnswer } from './believe.ts'
import { AnswerChecker } from './check-answer.ts'
import { refusalOf } from './refusal.ts'
import type { SlotHealth } from './slot-health.ts'
import type { SlotTroubles } from './slot-troubles.ts'
import type { VolumeRecord } from './volume-record.ts'

/** A slot that has not said what it holds after this long is taken for dead. */
const ANSWER_MS = 3_000
/** Once enough have answered, how long the others are still waited for. */
const GRACE_MS = 100

export type AttachOptions = {
  /** Learns how the slots do. */
  health: SlotHealth
  troubles: SlotTroubles
}

/**
 * Asks all slots at once what they hold and believes the highest certified state among at least n − q + 1 answers.
 * Settles within {@link ANSWER_MS}.
 *
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer than k slots hold that state; what the slots refused with, when they
 * all refused for the same reason and it lies with the request.
 */
export async function attach(record: VolumeRecord, { health, troubles }: AttachOptions): Promise<Belief> {
  const { k, q, volumeId, links, domain } = record
  const checker = new AnswerChecker(record)
  const answers: SlotAnswer[] = []
  const errors: unknown[] = []
  const needed = Math.max(k, links.length - q + 1)
  const enough = Promise.withResolvers<void>()

  const everyone = Promise.all(
    links.map(async (link) => {
      const { slot } = link
      try {
        const sentMs = health.nowMs
        const reply = await link.state({ timeoutMs: ANSWER_MS })
        await checker.check(slot, reply)
        health.answered(slot, sentMs)
        answers.push({ slot, reply })
        if (believe(answers, { q, domain }).holders.size >= needed) enough.resolve()
      } catch (error) {
        errors.push(error)
        health.failed(slot, error)
        troubles.tell(link, error, 'going on without it')
      }
    }),
  )
  await Promise.race([everyone, enough.promise])
  await Promise.race([everyone, later(GRACE_MS)])

  const belief = believe(answers, { q, domain })
  if (belief.holders.size < needed) {
    const good = belief.holders.size
    throw refusalOf(errors, { volumeId, slots: links.length, good, needed, what: 'answered with its last state' })
  }
  for (const link of links) {
    const { slot } = link
    if (belief.holders.has(slot)) continue
    if (!answers.some((answer) => answer.slot === slot)) {
      health.overdue(slot)
      continue
    }
    const stale = new StorgoError('STATE_STALE', 'it holds another state', { slot })
    health.failed(slot, stale)
    troubles.tell(link, stale, 'going on without it')
  }
  return belief
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
