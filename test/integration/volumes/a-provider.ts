import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readNodeRecord } from '../../../cli/src/local-network/node-record.ts'
import { Child } from '../../../scripts/local/child.ts'
import { waitUntil } from '../../../scripts/local/wait-until.ts'
import type { Holder } from './a-network.ts'

const READY_MS = 60_000
const POLL_MS = 200
/** A busy machine answers late; that is no reason to give up before what is waited for has its time. */
const ANSWER_MS = 30_000

/** What `/status` says of one slot. */
type SlotStatus = { volumeId: string; nonce: string; certifiedNonce: string }

const MAIN = fileURLToPath(new URL('../../../node/src/main.ts', import.meta.url))

export type StartOptions = {
  /** Settings that replace those it had. */
  settings?: Readonly<Record<string, unknown>>
  /** Path of what to run in place of the provider's own program. */
  program?: string
}

/** The process of one provider of a network, which may be stopped, frozen and started again on what it has on disk. */
export class AProvider implements AsyncDisposable {
  readonly operator: string
  readonly dataDir: string
  readonly #multiaddr: string
  #child: Child
  #starts = 0

  constructor({ child, operator, dataDir, multiaddr }: Holder) {
    this.operator = operator
    this.dataDir = dataDir
    this.#multiaddr = multiaddr
    this.#child = child
  }

  stop(): Promise<void> {
    return this.#child.stop()
  }

  signal(name: NodeJS.Signals): void {
    this.#child.signal(name)
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    this.#child.signal('SIGKILL')
    await this.#child.ended
  }

  /** Resolves with how its process has ended. */
  get ended(): Promise<string> {
    return this.#child.ended
  }

  get pid(): number {
    return this.#child.pid
  }

  /** What it has logged since it was started. */
  log(): Promise<string> {
    return readFile(this.#child.logFile, 'utf8')
  }

  /** Starts it again at the address that it had. */
  async start({ settings = {}, program = MAIN }: StartOptions = {}): Promise<void> {
    const configFile = `${this.dataDir}.config.json`
    const config = JSON.parse(await readFile(configFile, 'utf8'))
    config.p2p = { listen: [this.#multiaddr.replace(/\/p2p\/.*$/u, '')] }
    await writeFile(configFile, JSON.stringify({ ...config, ...settings }))
    const repository = fileURLToPath(new URL('../../../', import.meta.url))
    this.#child = new Child({
      name: `${this.#child.name}-again`,
      args: [program, '--config', configFile],
      cwd: repository,
      logFile: `${this.dataDir}.${++this.#starts}.log`,
    })
    const { pid } = this.#child
    await waitUntil(this.#child, 'being ready', READY_MS, async () => {
      // One that was killed has left its record.
      const record = await readNodeRecord(this.dataDir)
      return record?.pid === pid ? record : undefined
    })
  }

  /** Resolves once it holds that state of the volume with its certificate. */
  async certified(volumeId: bigint, nonce: bigint, timeoutMs = READY_MS): Promise<void> {
    await eventually(
      `${this.operator} holds state ${nonce} certified; its log: ${this.#child.logFile}`,
      timeoutMs,
      async () => {
        const { certifiedNonce } = (await this.#slot(volumeId)) ?? {}
        return certifiedNonce !== undefined && BigInt(certifiedNonce) >= nonce
      },
    )
  }

  /** Resolves once a metric of its has reached a value. */
  async counted(metric: string, least: number, timeoutMs = READY_MS): Promise<void> {
    await eventually(`${metric} of ${this.operator}; its log: ${this.#child.logFile}`, timeoutMs, async () => {
      const text = await this.fetch('/metrics').then((answer) => answer.text())
      const value = new RegExp(`^${metric} (\\d+)$`, 'mu').exec(text)?.[1]
      return value !== undefined && Number(value) >= least
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #slot(volumeId: bigint): Promise<SlotStatus | undefined> {
    const { slots }: { slots: SlotStatus[] } = await (await this.fetch('/status')).json()
    return slots.find((slot) => slot.volumeId === String(volumeId))
  }

  /** What it answers over HTTP. */
  async fetch(path: string): Promise<Response> {
    const record = await readNodeRecord(this.dataDir)
    if (!record) throw new Error(`${this.operator} does not run`)
    return fetch(`${record.httpUrl}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) })
  }
}

/** The world outside answers in its own time; this looks again until it is so, or fails. */
export async function eventually(what: string, timeoutMs: number, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = performance.now() + timeoutMs; performance.now() < deadlineMs; await delay(POLL_MS)) {
    if (await isSo()) return
  }
  throw new Error(`not within ${timeoutMs / 1_000} s: ${what}`)
}
