import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'
import { logFiles } from '../logs/log-files.ts'
import { describeLogLine, LEVELS, type Level, type LogLine } from '../logs/log-line.ts'
import { mergeLines } from '../logs/merge-lines.ts'
import { parseDuration } from '../quantities.ts'
import type { LogsFlags } from '../tree/observe-commands.ts'

/** Shows what the local nodes have logged, merged by time, one line each; with `--follow` until Ctrl-C. */
export async function logs({ cwd, output, signal }: Context, flags: LogsFlags): Promise<undefined> {
  const passes = filterOf(flags)
  const files = logFiles(cwd, flags.node)
  const column = Math.max(...files.map(({ node }) => node.length))
  for await (const line of mergeLines(files, { follow: flags.follow === true, signal })) {
    if (passes(line)) output.data('storgo.logs/1', line, describeLogLine(line, column))
  }
}

/** A line without a level or a time goes with every one: it may be the stack of what went wrong. */
function filterOf({ level, since, grep }: LogsFlags): (line: LogLine) => boolean {
  const least = level === undefined ? 0 : LEVELS.indexOf(levelOf(level))
  const sinceMs = since === undefined ? undefined : momentOf(since)
  const wanted = grep === undefined ? undefined : expressionOf(grep)
  /** By node, whether the last line that had a time was late enough. */
  const late = new Map<string, boolean>()
  return (line) => {
    if (line.time !== null && sinceMs !== undefined) late.set(line.node, Date.parse(line.time) >= sinceMs)
    if (sinceMs !== undefined && late.get(line.node) !== true) return false
    if (line.level !== null && LEVELS.indexOf(line.level) < least) return false
    return wanted === undefined || wanted.test(`${line.message} ${JSON.stringify(line.fields)}`)
  }
}

function levelOf(text: string): Level {
  const level = LEVELS.find((name) => name === text)
  if (level) return level
  throw new StorgoError('REQUEST_INVALID', `"${text}" is not one of ${LEVELS.join(', ')}`)
}

/** `10m` ago, or an ISO 8601 time. */
function momentOf(text: string): number {
  const time = /^\d{4}-\d\d-\d\d/u.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? Date.now() - parseDuration(text, { maxMs: Number.MAX_SAFE_INTEGER }) : time
}

function expressionOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u')
  } catch (cause) {
    throw new StorgoError('REQUEST_INVALID', `"${text}" is not a regular expression`, {}, { cause })
  }
}
