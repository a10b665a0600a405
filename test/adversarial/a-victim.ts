import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type PeerAddress, parsePeer } from '@storgo/sdk'
import type { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'

const MAIN = join(import.meta.dirname, '../../node/src/main.ts')
const SAMPLE_MS = 100

type Ban = { peerId: string; reason: string; untilMs: number | null }

/** A provider in a process of its own, whose memory is watched. */
export class AVictim implements AsyncDisposable {
  readonly address: PeerAddress
  /** Largest resident size seen so far; 0 where the system does not tell. */
  peakBytes = 0
  readonly #child: ChildProcess
  readonly #httpUrl: string
  readonly #sampling: NodeJS.Timeout

  private constructor(child: ChildProcess, address: PeerAddress, httpUrl: string) {
    this.#child = child
    this.address = address
    this.#httpUrl = httpUrl
    this.#sampling = setInterval(async () => {
      this.peakBytes = Math.max(this.peakBytes, await this.residentBytes())
    }, SAMPLE_MS)
  }

  static async start(folder: ANodeFolder): Promise<AVictim> {
    const file = join(folder.folder, 'victim.json')
    await writeFile(file, JSON.stringify(folder.settings))
    const { PATH } = process.env
    const child = spawn(process.execPath, [MAIN, '--config', file], { env: { PATH }, stdio: 'ignore' })
    for (const deadlineMs = Date.now() + 60_000; Date.now() < deadlineMs; await delay(100)) {
      const text = await readFile(join(folder.dataDir, 'node.json'), 'utf8').catch(() => undefined)
      if (text === undefined) continue
      const { peerId, multiaddrs, httpUrl } = JSON.parse(text)
      const address = parsePeer(peerId, multiaddrs)
      if (address) return new AVictim(child, address, httpUrl)
    }
    child.kill('SIGKILL')
    throw new Error('the victim did not start within 60 s')
  }

  async residentBytes(): Promise<number> {
    const text = await readFile(`/proc/${this.#child.pid}/status`, 'utf8').catch(() => '')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1_024
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null
  }

  async bans(): Promise<Ban[]> {
    return (await (await fetch(`${this.#httpUrl}/v1/net/bans`)).json()).bans
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sampling)
    if (!this.isAlive) return
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }
}
