import { Writability } from './liveness.ts'
import { Violation } from './settle.ts'
import { Space } from './space.ts'
import { firstWorld, type Model, type Slot } from './world.ts'

/** What was explored. `trace`: a shortest way to the violation, step by step. */
export type Exploration = {
  worlds: number
  transitions: number
  /** Steps to the world that is farthest from the first. */
  depth: number
  seconds: number
  isWhole: boolean
  /** Kinds of steps that were taken. */
  kinds: ReadonlySet<string>
  violation?: { message: string; trace: string[] }
}

/**
 * Visits every world that can be reached, each once up to the order of its slots, nearest first.
 *
 * @param most worlds to visit; beyond it the exploration is not whole.
 */
export function explore(model: Model, { most = Number.POSITIVE_INFINITY, liveness = true } = {}): Exploration {
  const started = performance.now()
  const space = new Space(model)
  const writability = new Writability(model)
  const first = space.keyOf(firstWorld(model))
  const seen = new Set([first])
  const keys = [first]
  const kinds = new Set<string>()
  const parents = [-1]
  let [transitions, done, depth, layerEnd] = [0, 0, 0, 1]
  let violation: Exploration['violation']
  const fail = (message: string) => {
    violation = { message, trace: traceTo(space, { keys, parents }, done) }
  }
  for (; done < keys.length && keys.length < most && violation === undefined; done++) {
    if (done === layerEnd) {
      depth += 1
      layerEnd = keys.length
    }
    const key = keys[done] ?? ''
    const problem = liveness ? writability.problemOf(space.worldOf(key)) : undefined
    if (problem !== undefined) {
      fail(problem)
      break
    }
    for (const { kind, what, next } of space.steps(key)) {
      transitions += 1
      kinds.add(kind)
      if (next instanceof Violation) {
        fail(`${what}: ${next.message}`)
        break
      }
      if (seen.has(next)) continue
      seen.add(next)
      keys.push(next)
      parents.push(done)
    }
  }
  const isWhole = violation === undefined && done === keys.length
  const seconds = (performance.now() - started) / 1000
  return { worlds: keys.length, transitions, depth, seconds, isWhole, kinds, ...(violation && { violation }) }
}

type Tree = { keys: readonly string[]; parents: readonly number[] }

/** The steps to world number `at`, with what every slot is after them. */
function traceTo(space: Space, { keys, parents }: Tree, at: number): string[] {
  const path: number[] = []
  for (let world = at; world > 0; world = parents[world] ?? 0) path.unshift(world)
  return path.map((to) => {
    const key = keys[to]
    const step = [...space.steps(keys[parents[to] ?? 0] ?? '')].find(({ next }) => next === key)
    return `${step?.what}\n    ${space
      .worldOf(key ?? '')
      .slots.map(describe)
      .join('  ')}`
  })
}

/** Promised attempt | certified state, and the one on top of it with the term of its receipt. */
function describe({ promised, c, u, ut }: Slot): string {
  return `[${promised < 0 ? '-' : promised}|${c}${u < 0 ? '' : ` ${u}@${ut}`}]`
}
