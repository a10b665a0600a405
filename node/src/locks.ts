/** Runs actions of one name one after another, and those of different names side by side. */
export class Locks {
  readonly #last = new Map<string, Promise<unknown>>()

  async run<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name)
    const mine = before === undefined ? action() : before.then(action, action)
    this.#last.set(name, mine)
    try {
      return await mine
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name)
    }
  }

  /** Whether an action of that name runs or waits. */
  isHeld(name: string): boolean {
    return this.#last.has(name)
  }
}
