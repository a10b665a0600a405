/**
 * Maps `source` with calls of `map` running at the same time, results in order: one at first, one more for each result,
 * up to `ahead`. So the first results tell how fast it goes before much is on its way. A consumer that stops early
 * waits for none of them; their failures are then nobody's.
 */
export async function* mapAhead<In, Out>(
  source: AsyncIterable<In>,
  ahead: number,
  map: (item: In) => Promise<Out>,
): AsyncGenerator<Out, void, undefined> {
  const running: Promise<Out>[] = []
  let limit = 1
  for await (const item of source) {
    const result = map(item)
    // Awaited in its turn below; until then a failure is not unhandled.
    result.catch(() => {})
    running.push(result)
    if (running.length < limit) continue
    const first = (await running.shift()) as Out
    limit = Math.min(limit + 1, ahead)
    yield first
  }
  for (const result of running) yield await result
}
