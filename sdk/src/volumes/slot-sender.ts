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

/** An upload: changes that apply to the state with nonce `baseNonce`. */
export type UploadId = { id: Uint8Array; baseNonce: bigint }
export type SlotCommit = Omit<Parameters<SlotLink['commit']>[0], 'upload'>

/**
 * The writing side of one slot. Writes of an upload go several at a time; a commit waits for the writes before it, and
 * what comes after waits for the commit. The first failure ends it: from then on nothing is sent.
 */
export class SlotSender {
  readonly link: SlotLink
  readonly #onFailed: (error: unknown) => void
  readonly #signal: AbortSignal
  readonly #given = new AbortController()
  #failure: { error: unknown } | undefined
  #running = 0
  /** When the writes on their way were sent, oldest first. */
  readonly #sentMs: number[] = []
  readonly #waiting: (() => void)[] = []
  readonly #writes = new Set<Promise<void>>()
  #committed: Promise<unknown> = Promise.resolve()
  /** The upload that this slot has bytes of. */
  #touched: Uint8Array | undefined

  constructor(link: SlotLink, { onFailed, signal }: { onFailed: (error: unknown) => void; signal: AbortSignal }) {
    this.link = link
    this.#onFailed = onFailed
    this.#signal = AbortSignal.any([signal, this.#given.signal])
  }

  get failed(): boolean {
    return this.#failure !== undefined
  }

  /** Since when the slot has owed an answer to a write; `undefined` if it owes none. */
  get silentSinceMs(): number | undefined {
    return this.#sentMs[0]
  }

  /** Resolves when the slot has staged the changes, or has failed. */
  write({ id, baseNonce }: UploadId, patches: readonly SectorPatch[]): Promise<void> {
    if (patches.length === 0) return Promise.resolve()
    this.#touched = id
    const write = this.#committed
      .then(() => this.#turn())
      .then(() => this.#send(() => this.link.write({ upload: id, baseNonce, patches }, this.#options(WRITE_MS))))
    this.#writes.add(write)
    return write.finally(() => this.#writes.delete(write))
  }

  /** Resolves with the slot's receipt, not verified; `undefined` if the slot has failed. */
  commit({ id }: UploadId, commit: SlotCommit): Promise<Receipt | undefined> {
    const staged = this.#touched === id ? { upload: id } : {}
    const done = Promise.all([this.#committed, ...this.#writes]).then(() =>
      this.#try(() => this.link.commit({ ...commit, ...staged }, this.#options(COMMIT_MS))),
    )
    this.#committed = done
    return done
  }

  /** Hands the slot a certificate, after its commit. Not taking it is no failure: the next commit brings it again. */
  async certify(certificate: Parameters<SlotLink['certify']>[0]): Promise<void> {
    if (!this.failed) await this.link.certify(certificate, this.#options(CERTIFY_MS))
  }

  /** Gives the slot up, and what is on its way to it. */
  fail(error: unknown): void {
    if (this.#failure) return
    this.#failure = { error }
    this.#given.abort(error)
    this.#onFailed(error)
  }

  async #try<T>(call: () => Promise<T>): Promise<T | undefined> {
    for (const backoffMs of [...BUSY_BACKOFF_MS, undefined]) {
      if (this.#failure) return undefined
      try {
        return await call()
      } catch (error) {
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

  async #send(write: () => Promise<void>): Promise<void> {
    const sentMs = performance.now()
    this.#sentMs.push(sentMs)
    await this.#try(write)
    this.#sentMs.splice(this.#sentMs.indexOf(sentMs), 1)
    this.#next()
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running--
  }

  #options(timeoutMs: number) {
    return { timeoutMs, signal: this.#signal }
  }
}
