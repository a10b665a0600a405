import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type NodeRecord, readNodeRecord } from '../../../cli/src/local-network/node-record.ts'
import { statusReport } from '../../../cli/src/provider/status-report.ts'
import { BIN, type RunOptions } from '../run-storgo.ts'
import { randomBytesOf } from './random-file.ts'

const SECTOR_BYTES = 1 << 20
const POLL_MS = 250
/** Two epochs are about a minute; on a busy machine a provider may miss some. */
const PATIENCE_MS = 600_000

/** A provider that `storgo node init` made in a folder, as `storgo node start` runs it. */
export class OwnProvider {
  readonly name: string
  readonly #cwd: string
  readonly #options: Pick<RunOptions, 'program' | 'env'>
  #running: { child: ChildProcess; exit: Promise<number | null> } | undefined

  constructor(cwd: string, name: string, options: Pick<RunOptions, 'program' | 'env'> = {}) {
    this.name = name
    this.#cwd = cwd
    this.#options = options
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<NodeRecord> {
    const { program = BIN, env } = this.#options
    const log = openSync(join(this.#cwd, `${this.name}.log`), 'a', 0o600)
    const child = spawn(process.execPath, [program, 'node', 'start', '--folder', this.name], {
      cwd: this.#cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    const exit = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null))
    this.#running = { child, exit }
    return this.#until(() => readNodeRecord(this.#dataDir))
  }

  /** The last epoch that it has proven, once there is one. */
  async hasProven(): Promise<number> {
    const record = await readNodeRecord(this.#dataDir)
    assert.ok(record)
    return this.#until(async () => {
      const response = await fetch(new URL('/status', record.httpUrl), { signal: AbortSignal.timeout(PATIENCE_MS) })
      return statusReport.parse(await response.json()).lastProvenEpoch ?? undefined
    })
  }

  /** What `node start` ended with. */
  ended(): Promise<number | null> | undefined {
    return this.#running?.exit
  }

  /** What the disk has of the first sector it was given is something else. */
  overwriteFirstSector(): void {
    const file = openSync(join(this.#dataDir, 'cells', '00000.cells'), 'r+')
    writeSync(file, randomBytesOf(13, SECTOR_BYTES), 0, SECTOR_BYTES, 0)
    closeSync(file)
  }

  async kill(): Promise<void> {
    this.#running?.child.kill('SIGTERM')
    await this.#running?.exit
  }

  get #dataDir(): string {
    return join(this.#cwd, this.name, 'data')
  }

  /** Waits for `look` to find something; fails at once when the process has ended. */
  async #until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await delay(POLL_MS)) {
      const found = await look()
      if (found !== undefined) return found
      if (this.#running?.child.exitCode !== null) break
    }
    return assert.fail(`${this.name}: ${readFileSync(join(this.#cwd, `${this.name}.log`), 'utf8')}`)
  }
}
