import { type Certificate, equalBytes, type SlotStateReply, stateDigest } from '@storgo/protocol'
import { penTaken } from './another-writer.ts'
import type { SlotFleet } from './slot-fleet.ts'
import type { SlotLink } from './slot-link.ts'

/** While enough slots take part, the others are not waited for longer than this. */
const JOIN_MS = 300
/** Otherwise a slot that says nothing for this long is taken for dead … */
const ANSWER_MS = 3_000
/** … and slots that are behind are waited for this long. */
const CATCH_UP_MS = 15_000
const LOOK_MS = 250
/** A slot that did not come along is left alone for a while, longer each time. */
const FIRST_LEAVE_MS = 1_000
const MOST_LEAVE_MS = 30_000

type Leave = { untilMs: number; ms: number }

/** Brings slots back into a fleet that were behind or out of reach, when they hold the state to write onto. */
export class SlotGatherer {
  readonly #fleet: SlotFleet
  readonly #leaves = new Map<number, Leave>()

  constructor(fleet: SlotFleet) {
    this.#fleet = fleet
  }

  /**
   * While q slots take part, asks others whose time has come. Below q, waits for those that answer to catch up.
   * @param certificate of the state to write onto; absent for an empty volume.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS`, or what the slots refuse with, when they are too few for too long.
   */
  async gather(certificate: Certificate | undefined, signal: AbortSignal): Promise<void> {
    const fleet = this.#fleet
    const untilMs = performance.now() + CATCH_UP_MS
    while (fleet.shortage()) {
      const answered = await this.#ask(this.#absent(), certificate, { signal, timeoutMs: ANSWER_MS })
      const shortage = fleet.shortage()
      if (!shortage) return
      const within = answered + fleet.live.size >= fleet.record.q && performance.now() < untilMs
      // Slots that say nothing, or refuse, do not become more by waiting.
      if (!within || !certificate) throw shortage
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      signal.throwIfAborted()
    }
    const nowMs = performance.now()
    const due = this.#absent().filter(({ slot }) => (this.#leaves.get(slot)?.untilMs ?? 0) <= nowMs)
    await this.#ask(due, certificate, { signal, timeoutMs: JOIN_MS })
  }

  #absent(): SlotLink[] {
    const { live, record } = this.#fleet
    return record.links.filter(({ slot }) => !live.has(slot))
  }

  /** @returns how many of them answered that they are behind. */
  async #ask(
    links: readonly SlotLink[],
    certificate: Certificate | undefined,
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<number> {
    const behind = await Promise.all(
      links.map(async (link) => {
        try {
          const reply = await link.state(options)
          if (this.#holds(reply, certificate)) {
            this.#leaves.delete(link.slot)
            this.#fleet.join(link.slot)
            return false
          }
          // The sight of it makes the slot catch up; what it answers meanwhile does not matter.
          if (certificate) await link.certify(certificate, options).catch(() => {})
          this.#leave(link.slot, FIRST_LEAVE_MS)
          return true
        } catch (error) {
          options.signal.throwIfAborted()
          this.#fleet.miss(link.slot, error)
          const { ms } = this.#leaves.get(link.slot) ?? { ms: FIRST_LEAVE_MS / 2 }
          this.#leave(link.slot, Math.min(2 * ms, MOST_LEAVE_MS))
          return false
        }
      }),
    )
    return behind.filter(Boolean).length
  }

  #leave(slot: number, ms: number): void {
    this.#leaves.set(slot, { untilMs: performance.now() + ms, ms })
  }

  #holds({ certified, latest, promisedTerm }: SlotStateReply, certificate: Certificate | undefined): boolean {
    const { term, record, undoes } = this.#fleet
    if (promisedTerm > term) throw penTaken({ volumeId: record.volumeId, term })
    if (!certificate) return certified === undefined && (undoes || latest === undefined)
    const wanted = stateDigest(certificate.signed.state, record.domain)
    const is = (signed: Certificate['signed'] | undefined) =>
      signed !== undefined && equalBytes(stateDigest(signed.state, record.domain), wanted)
    return latest && !undoes ? is(latest.signed) : is(latest?.signed) || is(certified?.certificate.signed)
  }
}
