import { randomBytes } from 'node:crypto'
import { SECTOR_BYTES } from '@storgo/protocol'
import type { AVolumeClient } from '../../../node/src/fixtures/a-volume-client.ts'

const whole = { sector: 0, offset: 0, length: SECTOR_BYTES }

/** Asks slot 0 of a volume, and the node's HTTP server, without a pause until it is stopped. */
export class ASteadyLoad {
  /** Requests answered. */
  answered = 0
  readonly failures: unknown[] = []
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[]

  /** @param nonce state of the slot that is read; the next sector after its `sectors` is written. */
  constructor(volume: AVolumeClient, { nonce, sectors, httpUrl }: { nonce: bigint; sectors: number; httpUrl: string }) {
    const upload = new Uint8Array(randomBytes(16))
    const bulk = new Uint8Array(randomBytes(SECTOR_BYTES))
    this.#loops = [
      this.#repeat(() => volume.read(0, nonce, whole)),
      this.#repeat(() => volume.read(0, nonce, whole)),
      this.#repeat(() => volume.state(0)),
      this.#repeat(() => volume.write(0, upload, nonce, sectors, bulk)),
      this.#repeat(async () => {
        // Not `/readyz`, which on a busy machine may say that the node is behind.
        const { status } = await fetch(`${httpUrl}/status`)
        if (status !== 200) throw new Error(`/status answered ${status}`)
      }),
    ]
  }

  /** Resolves once `count` more requests have been answered. */
  async answers(count: number): Promise<void> {
    const target = this.answered + count
    while (this.answered < target && this.failures.length === 0) await this.#next.promise
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#loops)
  }

  #next = Promise.withResolvers<void>()

  async #repeat(ask: () => Promise<unknown>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await ask()
        this.answered++
      } catch (error) {
        this.failures.push(error)
      }
      const { resolve } = this.#next
      this.#next = Promise.withResolvers<void>()
      resolve()
    }
  }
}
