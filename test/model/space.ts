import { Numbers } from './numbers.ts'
import { settle, Violation } from './settle.ts'
import { inWords, type SlotStep, slotSteps } from './slot-steps.ts'
import type { Model, Rest, Said, Slot, World } from './world.ts'
import { type WriterStep, writerSteps } from './writer-steps.ts'

/** What may happen next, its kind and in words, and the key of the world after it: or what must never be. */
export type Step = { kind: string; what: string; next: string | Violation }

/**
 * The worlds of a model by their keys. A key is a short string: a number for every slot, sorted, since slots are alike, and
 * one for the rest. Slots and rests are kept once, and what may happen to a slot is worked out once.
 */
export class Space {
  readonly #model: Model
  readonly #slots = new Numbers<Slot>(slotName)
  readonly #rests = new Numbers<Rest>(restName)
  readonly #slotSteps = new Map<string, readonly SlotStep[]>()
  readonly #writerSteps = new Map<string, readonly WriterStep[]>()

  constructor(model: Model) {
    this.#model = model
  }

  keyOf({ slots, attempts, certified }: World): string {
    const numbers = slots.map((slot) => this.#slots.of(slot)).sort((a, b) => a - b)
    const rest = this.#rests.of({ attempts, certified })
    return packed([rest, ...numbers])
  }

  /** Equal slots come out as the same object. */
  worldOf(key: string): World {
    const [rest = 0, ...slots] = unpacked(key)
    return { ...this.#rests.at(rest), slots: slots.map((slot) => this.#slots.at(slot)) }
  }

  /**
   * Everything that may happen next. Every message ever sent may arrive at any time, once, often or never, so that delays,
   * losses, repeats and crashes of writers need no steps of their own; and a crash of a slot changes nothing that is durable.
   */
  *steps(key: string): Generator<Step> {
    const [restNumber = 0, ...numbers] = unpacked(key)
    const rest = this.#rests.at(restNumber)
    const slots = numbers.map((slot) => this.#slots.at(slot))
    const rebuildable = rebuildableOf(this.#model, slots)
    for (const [index, number] of numbers.entries()) {
      if (numbers[index - 1] === number) continue
      const place = `${number},${restNumber},${rebuildable}`
      const found = this.#slotSteps.get(place) ?? slotSteps(this.#model, rest, slots[index] as Slot, { rebuildable })
      this.#slotSteps.set(place, found)
      for (const { event, next } of found) {
        const after = slots.with(index, next)
        const kind = event.kind === 'takes' ? event.answer : event.kind
        yield { kind, what: `slot ${index} ${inWords(event)}`, next: this.#settled({ ...rest, slots: after }) }
      }
    }
    for (const attempt of rest.attempts.keys()) {
      const said = slots.flatMap((slot) => slot.said[attempt] ?? [])
      const place = `${attempt},${restNumber},${said.map(saidName).join(' ')}`
      const found = this.#writerSteps.get(place) ?? writerSteps(this.#model, rest, attempt, said)
      this.#writerSteps.set(place, found)
      for (const { kind, what, next } of found) {
        yield {
          kind,
          what: `writer ${attempt} ${what}`,
          next: this.#settled({ ...rest, attempts: next, slots }),
        }
      }
    }
  }

  #settled(world: World): string | Violation {
    try {
      return this.keyOf(settle(this.#model, world))
    } catch (error) {
      if (error instanceof Violation) return error
      throw error
    }
  }
}

/** A bit for every state that k slots hold. */
export function rebuildableOf({ k }: Model, slots: readonly Slot[]): number {
  let mask = 0
  for (const { c, u } of slots) {
    for (const value of [c, u]) {
      if (value <= 0 || (mask & (1 << value)) !== 0) continue
      let holders = 0
      for (const other of slots) if (other.c === value || other.u === value) holders += 1
      if (holders >= k) mask |= 1 << value
    }
  }
  return mask
}

function packed(numbers: readonly number[]): string {
  let key = ''
  for (const number of numbers) key += String.fromCharCode(number >>> 16, number & 0xffff)
  return key
}

function unpacked(key: string): number[] {
  const numbers: number[] = []
  for (let i = 0; i < key.length; i += 2) numbers.push(key.charCodeAt(i) * 0x10000 + key.charCodeAt(i + 1))
  return numbers
}

function saidName({ c, u, ut }: Said): string {
  return `${c}.${u}.${ut}`
}

function slotName({ promised, c, u, ut, signed, said }: Slot): string {
  return `${promised},${c},${u},${ut},${signed};${said.map((one) => (one ? saidName(one) : '')).join(';')}`
}

function restName({ attempts, certified }: Rest): string {
  const names = attempts.map((record) => {
    if (typeof record === 'string') return record
    const { completes, parents, refusals } = record
    return `${completes}/${parents.join()}/${refusals.values}/${refusals.nonces}/${refusals.promises.map(saidName).join(' ')}`
  })
  return `${certified};${names.join(';')}`
}
