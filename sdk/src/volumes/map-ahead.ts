/**
 * Maps `source` with up to `ahead` calls of `map` running at a time, results in order. A consumer that stops early
 * waits for none of them; their failures are then nobody's.
 */
export async function* mapAhead<In, Out>(
  source: AsyncIterable<In>,
  ahead: number,
  map: (item: In) => Promise<Out>,
): AsyncGenerator<Out, void, undefined> {
  const running: Promise<Out>[] = []
  for await (const item of source) {
    const result = map(item)
    // Awaited in its turn below; until then a failure is not unhandled.
    result.catch(() => {})
    running.push(result)
    if (running.length === ahead) yield (await running.shift()) as Out
  }
  for (const result of running) yield await result
}
