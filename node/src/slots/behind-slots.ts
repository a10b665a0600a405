import type { SlotRef } from '../store/slot-store.ts'

/** Carries the news that a slot is behind from the requests that show it to whoever makes it catch up. */
export class BehindSlots {
  readonly #listeners: ((ref: SlotRef) => void)[] = []

  /** The listener must not block: it is called while a request is being answered. */
  onBehind(listener: (ref: SlotRef) => void): void {
    this.#listeners.push(listener)
  }

  report(ref: SlotRef): void {
    for (const listener of this.#listeners) listener(ref)
  }
}
