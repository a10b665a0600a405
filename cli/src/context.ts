import type { Readable, Writable } from 'node:stream'
import type { Interruptions } from './interruptions.ts'
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
  /** Aborts with a `TIMED_OUT` error after `--timeout`, or with a symbol on Ctrl-C. */
  signal: AbortSignal
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number }
  stderr: Writable & { isTTY?: boolean }
  /** Who is ended by Ctrl-C. */
  interruptions: Interruptions
  /** Passwords that were typed, by key file, so that commands of one shell ask once. */
  passwords: Map<string, string>
}
