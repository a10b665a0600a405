import { bytesToHex } from 'viem'
import type { SlotRef } from '../store/slot-store.ts'

/** How long after its last bytes an upload still keeps other writers from the pen. */
const ACTIVE_MS = 5_000
/** … and once it is committed: a writer that has more to say has sent it by then, and others need not wait for one that has not. */
const AFTER_COMMIT_MS = 1_000

type Activity = { lastMs: number; untilMs: number; running: number }

/**
 * Whose uploads are active at which slot, so that a second writer waits politely, and for a crashed one not long. In memory
 * only: after a restart of the provider nobody's is.
 */
export class PenActivity {
  readonly #nowMs: () => number
  readonly #slots = new Map<string, Map<string, Activity>>()

  constructor({ nowMs }: { nowMs: () => number }) {
    this.#nowMs = nowMs
  }

  /** Bytes of an upload of `pen` (16 bytes) have arrived. */
  note(ref: SlotRef, pen: Uint8Array): void {
    const activity = this.#of(ref, pen)
    activity.lastMs = this.#nowMs()
    activity.untilMs = activity.lastMs + ACTIVE_MS
  }

  /** A commit of `pen` runs until what is returned is disposed. */
  begin(ref: SlotRef, pen: Uint8Array): Disposable {
    const activity = this.#of(ref, pen)
    activity.running++
    activity.lastMs = this.#nowMs()
    // What comes in meanwhile is of another upload, and keeps the pen active for longer.
    activity.untilMs = activity.lastMs
    return {
      [Symbol.dispose]: () => {
        activity.running--
        activity.lastMs = this.#nowMs()
        activity.untilMs = Math.max(activity.untilMs, activity.lastMs + AFTER_COMMIT_MS)
      },
    }
  }

  /** Milliseconds since an upload of another pen than `own` was active, undefined if none is any more. */
  idleMs(ref: SlotRef, own?: Uint8Array): number | undefined {
    const name = own && bytesToHex(own)
    const others = [...this.#living(ref)].filter(([pen]) => pen !== name)
    if (others.length === 0) return undefined
    const now = this.#nowMs()
    return Math.min(...others.map(([, { lastMs, running }]) => (running > 0 ? 0 : now - lastMs)))
  }

  #of(ref: SlotRef, pen: Uint8Array): Activity {
    const pens = this.#living(ref)
    const name = bytesToHex(pen)
    const activity = pens.get(name) ?? { lastMs: 0, untilMs: 0, running: 0 }
    pens.set(name, activity)
    this.#slots.set(slotName(ref), pens)
    return activity
  }

  /** Pens that are still active; the others are forgotten, so a slot never has more than a few. */
  #living(ref: SlotRef): Map<string, Activity> {
    const pens = this.#slots.get(slotName(ref)) ?? new Map<string, Activity>()
    const nowMs = this.#nowMs()
    for (const [pen, { untilMs, running }] of pens) if (running === 0 && untilMs <= nowMs) pens.delete(pen)
    if (pens.size === 0) this.#slots.delete(slotName(ref))
    return pens
  }
}

function slotName({ volumeId, slot }: SlotRef): string {
  return `${volumeId}/${slot}`
}
