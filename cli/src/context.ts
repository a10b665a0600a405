import type { Readable, Writable } from 'node:stream'
import type { Output } from './output.ts'

/** Flags that every command takes. */
export type GlobalOptions = {
  json: boolean
  quiet: boolean
  yes: boolean
  color: boolean
  timeoutMs?: number
  rpcUrl?: string
  configFile?: string
  passwordFile?: string
}

/** What a command may touch of the process it runs in. */
export type Context = {
  output: Output
  options: GlobalOptions
  /** Aborts with a `TIMED_OUT` error after `--timeout`, or with {@link INTERRUPTED} on Ctrl-C. */
  signal: AbortSignal
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable
}

/** The abort reason of a command that SIGINT or SIGTERM ended. */
export const INTERRUPTED: unique symbol = Symbol('interrupted')
