/** From the most talkative on. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
export type Level = (typeof LEVELS)[number]

/** One line of a log. Those that are not a node's own JSON (a stack, what a chain prints) have no time and no level. */
export type LogLine = {
  node: string
  /** ISO 8601. */
  time: string | null
  level: Level | null
  message: string
  /** Everything else in the line. */
  fields: Record<string, unknown>
}

/** What a line of a node's log says. Any text is a line. */
export function parseLogLine(node: string, text: string): LogLine {
  const plain = { node, time: null, level: null, message: text, fields: {} }
  if (!text.startsWith('{')) return plain
  const value = jsonOf(text)
  if (typeof value !== 'object' || value === null) return plain
  const { time, level, msg, ...fields } = value as Record<string, unknown>
  if (typeof msg !== 'string') return plain
  const known = LEVELS.find((name) => name === level) ?? null
  const at = typeof time === 'string' && !Number.isNaN(Date.parse(time)) ? new Date(time).toISOString() : null
  return { node, time: at, level: known, message: msg, fields }
}

/** A line for people: `17:03:22.123 provider-1 info  message field=value`. */
export function describeLogLine({ node, time, level, message, fields }: LogLine, nodeColumn: number): string {
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const head = [(time ?? '').slice(11, 23).padEnd(12), node.padEnd(nodeColumn), (level ?? '').padEnd(5)]
  // What is in a log may be anything; on a terminal it must not be more than text.
  return [...head, message, ...rest].join(' ').replaceAll(CONTROL, '\ufffd').trimEnd()
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
