// The rules of the pen once more, in numbers and names instead of bytes, by trying what could be the case instead of counting.

/** A state by name; `''` is the empty one. */
export type SlowState = { name: string; nonce: number; parent: string }
/** A slot's promise: what it held then. `latest` is `''` if nothing is on top of the certified state. */
export type SlowPromise = { slot: number; term: number; certified: number; latest: string; latestTerm: number }
export type SlowMemory = {
  promised: { term: number; pen: string }
  certified: SlowState | undefined
  latest: { state: SlowState; term: number } | undefined
}
export type SlowCommit = {
  state: SlowState
  term: number
  pen: string
  parent: { name: string; nonce: number } | undefined
  refusals: readonly SlowPromise[]
}

/** Every choice of `size` of the first `n` numbers. */
function choices(n: number, size: number): number[][] {
  if (size === 0) return [[]]
  if (n < size) return []
  const withLast = choices(n - 1, size - 1).map((rest) => [...rest, n - 1])
  return [...choices(n - 1, size), ...withLast]
}

/** Whether some q slots may all hold `name`: each has said so, has said nothing, or knows a certified state as late. */
function mayHaveQuorum(name: string, nonce: number, promises: readonly SlowPromise[], n: number, q: number): boolean {
  return choices(n, q).some((slots) =>
    slots.every((slot) => {
      const promise = promises.findLast((any) => any.slot === slot)
      return promise === undefined || promise.latest === name || promise.certified >= nonce
    }),
  )
}

export function isRefutedSlowly(
  held: { name: string; nonce: number },
  all: readonly SlowPromise[],
  term: number,
  { n, q }: { n: number; q: number },
): boolean {
  const last = new Map<number, SlowPromise>()
  for (const promise of all) if (promise.term === term) last.set(promise.slot, promise)
  const promises = [...last.values()]
  if (!mayHaveQuorum(held.name, held.nonce, promises, n, q)) return true
  if (promises.length < q || promises.some(({ certified }) => certified >= held.nonce)) return false
  const onSame = promises.filter(({ certified, latestTerm }) => certified + 1 === held.nonce && latestTerm > 0)
  const highest = (name: string) =>
    Math.max(0, ...onSame.filter(({ latest }) => latest === name).map(({ latestTerm }) => latestTerm))
  const possible = [...new Set(onSame.map(({ latest }) => latest))].filter((name) =>
    mayHaveQuorum(
      name,
      held.nonce,
      // A behind slot's latest has another nonce, whatever its name.
      promises.map((promise) => (promise.certified + 1 === held.nonce ? promise : { ...promise, latest: '' })),
      n,
      q,
    ),
  )
  return possible.some((name) => highest(name) > (possible.includes(held.name) ? highest(held.name) : 0))
}

/** The kind of a placement (with its base), or an error's code. */
export function placeSlowly(memory: SlowMemory, commit: SlowCommit, shape: { n: number; q: number }): string {
  const { state, term, pen, parent, refusals } = commit
  const { promised, latest } = memory
  const certified = memory.certified ?? { name: '', nonce: 0, parent: '' }
  if (term < promised.term || (term === promised.term && pen !== promised.pen)) return 'PEN_TAKEN'
  if (state.name === latest?.state.name) return term === latest.term ? 'held' : 'reaccept'
  if (state.name === certified.name) return 'held'
  if (parent !== undefined && (parent.name !== state.parent || parent.nonce !== state.nonce - 1)) {
    return 'CERTIFICATE_INVALID'
  }
  const isAbove = (base: SlowState) => state.nonce - base.nonce === 1 && state.parent === base.name
  if (latest !== undefined && isAbove(latest.state)) return parent === undefined ? 'STATE_UNFINISHED' : 'onto latest'
  if (!isAbove(certified)) return 'STATE_STALE'
  if (latest === undefined) return 'onto certified'
  if (latest.term === term) return 'STATE_UNFINISHED'
  return isRefutedSlowly(latest.state, refusals, term, shape) ? 'replaces' : 'REFUSALS_MISSING'
}

/** What a slot holds, as a writer sees it: states with the terms of receipts. */
export type SlowHolding = {
  slot: number
  certified: SlowState | undefined
  latest: { state: SlowState; term: number } | undefined
}

/** What comes next, by name of the state that is completed. */
export function decideSlowly(holdings: readonly SlowHolding[], { n, q }: { n: number; q: number }) {
  const shown = holdings.flatMap(({ certified }) => certified ?? [])
  const counted = holdings.flatMap(({ latest }) => {
    const same = holdings.filter(
      (other) => other.latest?.state.name === latest?.state.name && other.latest?.term === latest?.term,
    )
    return latest !== undefined && same.length >= q ? [latest.state] : []
  })
  let best: SlowState | undefined
  for (const state of [...shown, ...counted]) if (state.nonce > (best?.nonce ?? 0)) best = state
  const holds = ({ certified, latest }: SlowHolding, name: string) =>
    certified?.name === name || latest?.state.name === name
  const holders = holdings.filter((holding) => best === undefined || holds(holding, best.name)).map(({ slot }) => slot)
  const above = holdings.flatMap(({ latest }) => (latest?.state.nonce === (best?.nonce ?? 0) + 1 ? [latest] : []))
  const possible = above
    .filter(({ state }) => holdings.filter((holding) => holds(holding, state.name)).length + n - holdings.length >= q)
    .toSorted((a, b) => b.term - a.term)
  const next = possible[0] !== undefined ? possible[0].state.name : above.length > 0 ? 'undo' : 'write'
  return { certified: best?.name, holders, next }
}
