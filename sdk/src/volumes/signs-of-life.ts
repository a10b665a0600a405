/** What is noticed of the provider of a slot, whoever asks it. */
export type SlotSigns = {
  slot: number
  /** When bytes of it have last come while it owed answers. */
  heardMs(): number | undefined
  /** Whether it may be silent because the network is, or was until a while ago. */
  isComingBack(): boolean
  /** Asks it for little; resolves if it answers. */
  isThere(): Promise<void>
}

/** Before any time. */
const NEVER = -1

/** Tells a slot that alone is silent from a network in which nobody is heard of. */
export class SignsOfLife {
  /** By slot, when it has last answered. */
  readonly #answeredMs = new Map<number, number>()
  /** By slot, when it was last asked for anything. */
  readonly #askedMs = new Map<number, number>()
  #slots: ReadonlyMap<number, SlotSigns> = new Map()
  #isLooking = false
  readonly #now: () => number

  /** @param now milliseconds, by the clock of `SlotSigns.heardMs`. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** From now on these are noticed; others only by their answers. */
  watch(slots: readonly SlotSigns[]): void {
    this.#slots = new Map(slots.map((signs) => [signs.slot, signs]))
  }

  asked(slot: number): void {
    this.#askedMs.set(slot, this.#now())
  }

  answered(slot: number): void {
    this.#answeredMs.set(slot, this.#now())
  }

  /** Whether another slot has been heard of within the last `ms`. */
  othersHeard(slot: number, ms: number): boolean {
    const sinceMs = this.#now() - ms
    const hasAnswered = [...this.#answeredMs].some(([other, answeredMs]) => other !== slot && answeredMs >= sinceMs)
    return hasAnswered || this.othersBring(slot, ms)
  }

  /** Whether another slot has been heard of within the last `ms` that still owes answers. */
  othersBring(slot: number, ms: number): boolean {
    const sinceMs = this.#now() - ms
    const others = [...this.#slots.values()].filter((signs) => signs.slot !== slot)
    return others.some((signs) => (signs.heardMs() ?? NEVER) >= sinceMs)
  }

  /** Whether the slot may be silent because the network is, or was until a while ago. */
  isComingBack(slot: number): boolean {
    return this.#slots.get(slot)?.isComingBack() ?? false
  }

  /** Asks those of `slots` that have rested longest, `count` of them, whether they are there, unless some are being asked. */
  look(slots: readonly number[], count: number): void {
    const rested = slots
      .flatMap((slot) => this.#slots.get(slot) ?? [])
      .sort((a, b) => (this.#askedMs.get(a.slot) ?? NEVER) - (this.#askedMs.get(b.slot) ?? NEVER))
      .slice(0, count)
    if (this.#isLooking || rested.length === 0) return
    this.#isLooking = true
    const looks = rested.map(async (signs) => {
      this.asked(signs.slot)
      await signs.isThere()
      this.answered(signs.slot)
    })
    const ended = () => {
      this.#isLooking = false
    }
    // One that answers is enough. If none does, the next look asks others.
    Promise.any(looks).then(ended, ended)
  }
}
