/** Gives every distinct thing a number, from 0, and the thing back. */
export class Numbers<Thing extends object> {
  readonly #nameOf: (thing: Thing) => string
  readonly #byName = new Map<string, number>()
  readonly #byThing = new WeakMap<Thing, number>()
  readonly #things: Thing[] = []

  /** @param nameOf equal for equal things only. */
  constructor(nameOf: (thing: Thing) => string) {
    this.#nameOf = nameOf
  }

  of(thing: Thing): number {
    const known = this.#byThing.get(thing)
    if (known !== undefined) return known
    const name = this.#nameOf(thing)
    const number = this.#byName.get(name) ?? this.#things.length
    if (number === this.#things.length) {
      this.#byName.set(name, number)
      this.#things.push(thing)
    }
    this.#byThing.set(thing, number)
    return number
  }

  at(number: number): Thing {
    const thing = this.#things[number]
    if (thing === undefined) throw new RangeError(`nothing has number ${number}`)
    return thing
  }
}
