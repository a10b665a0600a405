import { setTimeout as delay } from 'node:timers/promises'
import { type LogLine, parseLogLine } from './log-line.ts'
import { TailedFile } from './tailed-file.ts'

const POLL_MS = 250

export type LogFile = { node: string; path: string }

/** A file with its next line. A line without a time belongs to the one before it. */
type Tail = { node: string; file: TailedFile; next: LogLine | undefined; timeMs: number }

/**
 * The lines of several logs by time, one of each in memory. With `follow` it goes on with what is written from then on,
 * until `signal` aborts and it rejects.
 */
export async function* mergeLines(
  files: readonly LogFile[],
  { follow, signal }: { follow: boolean; signal: AbortSignal },
): AsyncGenerator<LogLine, void, undefined> {
  await using opened = new AsyncDisposableStack()
  const tails: Tail[] = files.map(({ node, path }) => {
    return { node, file: opened.use(new TailedFile(path, { follow })), next: undefined, timeMs: 0 }
  })
  for (;;) {
    for (const tail of tails) await advance(tail)
    for (let first = earliest(tails); first?.next; first = earliest(tails)) {
      signal.throwIfAborted()
      yield first.next
      first.next = undefined
      await advance(first)
    }
    if (!follow) return
    await delay(POLL_MS, undefined, { signal })
  }
}

async function advance(tail: Tail): Promise<void> {
  if (tail.next) return
  const text = await tail.file.next()
  if (text === undefined) return
  tail.next = parseLogLine(tail.node, text)
  if (tail.next.time !== null) tail.timeMs = Date.parse(tail.next.time)
}

function earliest(tails: readonly Tail[]): Tail | undefined {
  let first: Tail | undefined
  for (const tail of tails) {
    if (tail.next && (first === undefined || tail.timeMs < first.timeMs)) first = tail
  }
  return first
}
