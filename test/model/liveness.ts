import { decide } from './decide.ts'
import { isRefuted } from './refusals.ts'
import { isHeld, type Model, NONE, nonceOf, parentOf, type Rest, type Said, type World } from './world.ts'

/** Whether, with any q slots left and one writer alone, that writer gets a state certified. Remembers what it looked at. */
export class Writability {
  readonly #model: Model
  readonly #problems = new Map<string, string | undefined>()

  constructor(model: Model) {
    this.#model = model
  }

  /** What is wrong, in words. */
  problemOf(world: World): string | undefined {
    const { slots, attempts } = world
    const names = slots.map(({ c, u, ut }) => `${c}${u === NONE ? '' : `,${u},${ut}`}`).sort()
    const history = attempts.map((record) => (typeof record === 'object' ? record.parents.join() : '')).join(';')
    const place = `${history} ${names.join(' ')}`
    if (!this.#problems.has(place)) this.#problems.set(place, problemAmong(this.#model, world))
    return this.#problems.get(place)
  }
}

function problemAmong(model: Model, world: World): string | undefined {
  for (const live of quorums(model, world.slots)) {
    const problem = problemOf(model, world, live)
    if (problem === undefined) continue
    const held = live.map(({ c, u, ut }) => (u === NONE ? `${c}` : `${c} ${u}@${ut}`)).join('  ')
    return `a writer alone with q slots that hold [${held}] cannot write: ${problem}`
  }
  return undefined
}

/** What keeps a writer with a fresh, highest term and every message delivered from getting all of `live` to take a state. */
function problemOf(model: Model, rest: Rest, live: readonly Said[]): string | undefined {
  const { base, completes } = decide(model, rest, live)
  const holders = live.filter((slot) => isHeld(slot, base)).length
  if (holders < live.length && holders < model.k) return `${holders} slots hold the certified state ${base}`
  // Those that are behind catch up with the certified state, and give up what is in the way of it.
  const caughtUp = live.map((slot): Said => (isHeld(slot, base) ? slot : { c: base, u: NONE, ut: 0 }))
  for (const { c, u } of caughtUp) {
    if (u === NONE || u === completes || u === base) continue
    if (parentOf(model, rest, u) !== c) return `a slot holds ${u} on ${c}`
    if (!isRefuted(model, rest, u, live)) return `state ${u} cannot be refuted`
  }
  if (completes === NONE) return undefined
  if (nonceOf(model, rest, completes) !== nonceOf(model, rest, base) + 1) return 'it completes no next state'
  const bytes = live.filter(({ u }) => u === completes).length
  return bytes < model.k ? `${bytes} slots hold the state ${completes} to complete` : undefined
}

/** Every choice of q slots, up to their order. */
function quorums({ q }: Model, slots: readonly Said[]): Said[][] {
  const found = new Map<string, Said[]>()
  const choose = (from: number, chosen: readonly Said[]) => {
    if (chosen.length === q) found.set(chosen.map(({ c, u, ut }) => `${c},${u},${ut}`).join(' '), [...chosen])
    else if (from < slots.length) {
      choose(from + 1, [...chosen, slots[from] as Said])
      choose(from + 1, chosen)
    }
  }
  choose(0, [])
  return [...found.values()]
}
