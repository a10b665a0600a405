import { isStorgoError, type Receipt } from '@storgo/protocol'
import type { SectorPatch } from './log-writer.ts'
import type { SlotLink } from './slot-link.ts'

/** Requests of one slot on their way at a time. */
const IN_FLIGHT = 3
/** Far more than a slow uplink takes for what is on its way; the fleet gives up earlier on a slot that alone is slow. */
const WRITE_MS = 60_000
const COMMIT_MS = 30_000
const CERTIFY_MS = 10_000
/** Waits between attempts at a slot that is busy. */
const BUSY_BACKOFF_MS = [50, 100, 200, 400, 800, 1_600]

/** Changes on their way to one state: they apply to the state with nonce `baseNonce`, and go no further once `signal` aborts. */
export type Upload = { id: Uint8Array; baseNonce: bigint; pen: Uint8Array; signal: AbortSignal }
export type SlotCommit = Omit<Parameters<SlotLink['commit']>[0], 'upload'>

export type SlotSenderOptions = {
  /** Told once, of the first failure. */
  onFailed: (error: unknown) => void
}

/**
 * The writing side of one slot. Writes of an upload go several at a time; a commit waits for the writes before it, and
 * what comes after waits for the commit. The first failure ends it: from then on nothing is sent.
 */
export class SlotSender {
  readonly link: SlotLink
  readonly #onFailed: (error: unknown) => void
  readonly #given = new AbortController()
  #failed = false
  #running = 0
  /** When what is on its way was sent, oldest first. */
  readonly #sentMs: number[] = []
  #answeredMs = 0
  #tookMs = 0
  readonly #waiting: (() => void)[] = []
  readonly #writes = new Set<Promise<void>>()
  #committed: Promise<unknown> = Promise.resolve()
  /** The upload that this slot has bytes of. */
  #touched: Uint8Array | undefined

  constructor(link: SlotLink, { onFailed }: SlotSenderOptions) {
    this.link = link
    this.#onFailed = onFailed
  }

  get failed(): boolean {
    return this.#failed
  }

  /** Since when the slot has owed an answer and given none; `undefined` if it owes none. On a slow network it owes several for long. */
  get silentSinceMs(): number | undefined {
    const oldestMs = this.#sentMs[0]
    return oldestMs === undefined ? undefined : Math.max(oldestMs, this.#answeredMs)
  }

  /** When the slot has last answered; 0 if never. */
  get answeredMs(): number {
    return this.#answeredMs
  }

  /** How long its last answer took. */
  get tookMs(): number {
    return this.#tookMs
  }

  /** Resolves when the slot has staged the changes, has failed, or the upload is given up. */
  write(upload: Upload, patches: readonly SectorPatch[]): Promise<void> {
    if (patches.length === 0) return Promise.resolve()
    const { id, baseNonce, pen, signal } = upload
    this.#touched = id
    const write = this.#committed
      .then(() => this.#turn())
      .then(() => {
        const send = () => this.link.write({ upload: id, baseNonce, pen, patches }, this.#options(WRITE_MS, signal))
        return this.#send(send, signal)
      })
      .then(() => this.#next())
    this.#writes.add(write)
    return write.finally(() => this.#writes.delete(write))
  }

  /**
   * Resolves with the slot's receipt, not verified; `undefined` if the slot has failed, or the upload was given up before
   * all of it was there. Once sent, a commit is not given up.
   */
  commit({ id, signal }: Upload, commit: SlotCommit): Promise<Receipt | undefined> {
    const staged = this.#touched === id ? { upload: id } : {}
    const done = Promise.all([this.#committed, ...this.#writes]).then(() => {
      if (signal.aborted) return undefined
      return this.#send(() => this.link.commit({ ...commit, ...staged }, this.#options(COMMIT_MS)))
    })
    this.#committed = done
    return done
  }

  /** Hands the slot a certificate, after its commit. Not taking it is no failure: the next commit brings it again. */
  async certify(certificate: Parameters<SlotLink['certify']>[0]): Promise<void> {
    await this.link.certify(certificate, { timeoutMs: CERTIFY_MS })
  }

  /** Gives the slot up, and what is on its way to it. */
  fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#given.abort(error)
    this.#onFailed(error)
  }

  async #try<T>(call: () => Promise<T>, given?: AbortSignal): Promise<T | undefined> {
    for (const backoffMs of [...BUSY_BACKOFF_MS, undefined]) {
      if (this.#failed || given?.aborted) return undefined
      try {
        return await call()
      } catch (error) {
        // Of an upload that is given up the slot need not know.
        if (given?.aborted) return undefined
        if (backoffMs === undefined || !isStorgoError(error, 'PROVIDER_BUSY')) this.fail(error)
        else await new Promise((resolve) => setTimeout(resolve, backoffMs))
      }
    }
    return undefined
  }

  async #turn(): Promise<void> {
    if (this.#running < IN_FLIGHT) this.#running++
    else await new Promise<void>((go) => this.#waiting.push(go))
  }

  async #send<T>(call: () => Promise<T>, given?: AbortSignal): Promise<T | undefined> {
    const sentMs = performance.now()
    this.#sentMs.push(sentMs)
    const result = await this.#try(call, given)
    if (!this.#failed && !given?.aborted) {
      this.#answeredMs = performance.now()
      this.#tookMs = this.#answeredMs - sentMs
    }
    this.#sentMs.splice(this.#sentMs.indexOf(sentMs), 1)
    return result
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running--
  }

  #options(timeoutMs: number, signal?: AbortSignal) {
    const given = this.#given.signal
    return { timeoutMs, signal: signal ? AbortSignal.any([given, signal]) : given }
  }
}
