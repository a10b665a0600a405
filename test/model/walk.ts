import { settle } from './settle.ts'
import { type SlotEvent, slotSteps } from './slot-steps.ts'
import { rebuildableOf } from './space.ts'
import { firstWorld, type Model, type World } from './world.ts'
import { writerSteps } from './writer-steps.ts'

/** A step of a walk: what happened to which slot (not if a writer did something), and the world after it. */
export type Move = { slot?: number; event?: SlotEvent; next: World }

/** Everything that may happen next in a world whose slots keep their places. */
export function movesOf(model: Model, world: World): Move[] {
  const { slots, attempts } = world
  const rebuildable = rebuildableOf(model, slots)
  const ofSlots = slots.flatMap((slot, index) =>
    slotSteps(model, world, slot, { rebuildable }).map(({ event, next }) => ({
      ...{ slot: index, event },
      next: { ...world, slots: slots.with(index, next) },
    })),
  )
  const ofWriters = [...attempts.keys()].flatMap((attempt) => {
    const said = slots.flatMap((slot) => slot.said[attempt] ?? [])
    return writerSteps(model, world, attempt, said).map(({ next }) => ({ next: { ...world, attempts: next } }))
  })
  return [...ofSlots, ...ofWriters].map((move) => ({ ...move, next: settle(model, move.next) }))
}

/** One of the moves, by a number. */
export type Choose = (moves: readonly Move[], number: number) => Move | undefined

/** A walk from the first world: each number chooses among what may happen. */
export function* walk(
  model: Model,
  numbers: readonly number[],
  choose: Choose = (moves, number) => moves[number % moves.length],
): Generator<Stride> {
  let world = firstWorld(model)
  for (const number of numbers) {
    const move = choose(movesOf(model, world), number)
    if (move === undefined) return
    yield { before: world, move }
    world = move.next
  }
}

/** A step of a way, and the world before it. */
export type Stride = { before: World; move: Move }

/**
 * A shortest way from the first world to one of which `isThere` holds, up to the order of all slots but `slot`.
 *
 * @returns `undefined` if there is none among the nearest `most` worlds.
 */
export function wayTo(
  model: Model,
  slot: number,
  isThere: (world: World) => boolean,
  { most = 100_000 } = {},
): Stride[] | undefined {
  const found: { world: World; stride?: Stride; from: number }[] = [{ world: firstWorld(model), from: -1 }]
  const seen = new Set<string>()
  for (let at = 0; at < found.length && at < most; at++) {
    const { world } = found[at] ?? { world: firstWorld(model) }
    if (isThere(world)) {
      const way: Stride[] = []
      for (let back = found[at]; back?.stride !== undefined; back = found[back.from]) way.unshift(back.stride)
      return way
    }
    for (const move of movesOf(model, world)) {
      const { slots, ...rest } = move.next
      const others = slots.toSpliced(slot, 1).map((other) => JSON.stringify(other))
      const key = JSON.stringify([rest, slots[slot], others.sort()])
      if (seen.has(key)) continue
      seen.add(key)
      found.push({ world: move.next, stride: { before: world, move }, from: at })
    }
  }
  return undefined
}
