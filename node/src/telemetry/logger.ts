import { type DestinationStream, type Logger, pino } from 'pino'
import type { NodeConfig } from '../config/schema.ts'

export type { Logger }

/** Fields that never reach a log, whoever passes them. */
const SECRET = ['privateKey', 'password', 'key', 'seedPhrase', 'authorization']

/**
 * The process's log: one line a fact on standard output, JSON or text for people, as `log` says at that moment. A change of its
 * level is set by whoever changes it.
 */
export function createLogger(log: NodeConfig['log']): Logger {
  const options = {
    level: log.level,
    redact: { paths: [...SECRET, ...SECRET.map((name) => `*.${name}`)], censor: '[secret]' },
    base: null,
    // Names are easier to search than pino's numbers.
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: { error: describeError },
  }
  const [json, text] = [pino.destination(1), textStream(process.stdout)]
  return pino(options, { write: (line) => (log.format === 'pretty' ? text : json).write(line) })
}

/** An error as fields: its name in the protocol, its text and what caused it. The stack only where it has no name. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const details = 'details' in error ? error.details : undefined
  const cause = error.cause === undefined ? undefined : describeError(error.cause)
  const stack = error.name === 'StorgoError' ? undefined : error.stack
  return { code, message: error.message, details: withoutBigint(details), cause, stack }
}

/** JSON has no bigint; amounts and numbers of states are shown in decimals. */
function withoutBigint(details: unknown): unknown {
  if (typeof details !== 'object' || details === null) return undefined
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  )
}

/** Turns pino's JSON lines into `12:00:00 info  message field=value`. */
function textStream(output: NodeJS.WritableStream): DestinationStream {
  return {
    write(line) {
      const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
      const rest = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      output.write(`${[String(time).slice(11, 19), String(level).padEnd(5), msg ?? '', ...rest].join(' ')}\n`)
    },
  }
}
