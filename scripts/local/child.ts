import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** After SIGTERM a process has this long to end by itself. */
const ESCALATE_MS = 5_000

const COMPILE_CACHE = fileURLToPath(new URL('../../.storgo/compile-cache', import.meta.url))

export type ChildOptions = {
  name: string
  /** Script and arguments for the Node.js that runs this. */
  args: readonly string[]
  cwd: string
  /** stdout and stderr go here directly, so that they outlive the supervisor. Replaced. */
  logFile: string
  /** Added to the environment; `undefined` takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>
}

/** How a process ended, for people: `exit code 1`, `signal SIGKILL`. */
export type Ending = string

/** One process of the network, in a process group of its own so that a Ctrl-C at the terminal reaches only the supervisor. */
export class Child implements AsyncDisposable {
  readonly name: string
  readonly logFile: string
  /** Resolves when the process has ended; never rejects. */
  readonly ended: Promise<Ending>
  readonly #process: ChildProcess
  #stopping = false

  constructor({ name, args, cwd, logFile, env }: ChildOptions) {
    this.name = name
    this.logFile = logFile
    mkdirSync(dirname(logFile), { recursive: true })
    const log = openSync(logFile, 'w', 0o600)
    const guard = new URL('./end-with-parent.ts', import.meta.url).href
    this.#process = spawn(process.execPath, ['--import', guard, ...args], {
      cwd,
      // Seven providers load the same modules: what one has compiled the others need not.
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
      stdio: ['pipe', log, log],
      detached: true,
    })
    closeSync(log)
    // Writing to the pipe never happens, but its breaking when the process dies is reported here.
    this.#process.stdin?.on('error', () => {})
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`could not start: ${error.message}`))
      this.#process.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
    })
  }

  /** @throws {Error} if the process could not be started. */
  get pid(): number {
    const { pid } = this.#process
    if (pid === undefined) throw new Error(`${this.name} did not start`)
    return pid
  }

  /** Whether its ending is wanted. */
  get stopping(): boolean {
    return this.#stopping
  }

  /** Sends a signal to the process and whatever it started. */
  signal(name: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#process
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    try {
      process.kill(-pid, name)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }

  /** SIGTERM, then SIGKILL to the whole group; resolves when the process has ended. */
  async stop(escalateMs: number = ESCALATE_MS): Promise<void> {
    this.#stopping = true
    this.signal('SIGTERM')
    const patience = new AbortController()
    const late = delay(escalateMs, true, { signal: patience.signal }).catch(() => false)
    if (await Promise.race([this.ended.then(() => false), late])) this.signal('SIGKILL')
    patience.abort()
    await this.ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
