import { isStorgoError, StorgoError } from '@storgo/protocol'
import { penTaken } from './another-writer.ts'
import type { OpenPen, PenHolder } from './pen-holder.ts'
import type { VolumeVersions } from './volume-versions.ts'
import type { Write, Written } from './write-session.ts'
import { WriteTurn } from './write-turn.ts'

/** How long a write is run again and again when others come between. */
const RETRY_MS = 60_000
const LEAST_PAUSE_MS = 50
const MOST_PAUSE_MS = 1_000
/** Writes that may wait. */
const MOST_WAITING = 10_000

type Job = {
  use: Write<unknown>
  signal: AbortSignal
  settled: boolean
  resolve: (written: Written<unknown>) => void
  reject: (error: unknown) => void
  /** Since the pen was lost, without a state made meanwhile. */
  lostMs: number | undefined
  /** It has failed for want of slots: others may have caught up by now, once. */
  wanting: boolean
}

/**
 * Runs the writes of one client: those that wait when a turn begins become part of one state. One that fails takes nothing
 * of the others along. When another writer has taken the pen, they run again on what the volume holds then.
 */
export class WriteTurns {
  readonly #holder: PenHolder
  readonly #versions: VolumeVersions
  #waiting: Job[] = []
  #running: Promise<void> | undefined
  /** Ends the taking of the pen when nobody waits for it any more. */
  #opening: AbortController | undefined
  /** Of the turn that runs: its jobs that are not settled. */
  #turnJobs: Job[] = []
  #turn: OpenPen | undefined

  constructor({ holder, versions }: { holder: PenHolder; versions: VolumeVersions }) {
    this.#holder = holder
    this.#versions = versions
  }

  /** Resolves when `use` has run and what it changed is certified. */
  run<T>(use: Write<T>, signal: AbortSignal): Promise<Written<T>> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (this.#waiting.length >= MOST_WAITING) {
        return reject(new StorgoError('PROVIDER_BUSY', `${MOST_WAITING} writes of this volume wait already`))
      }
      const aborted = () => this.#give(job, signal.reason)
      signal.addEventListener('abort', aborted, { once: true })
      const settle = () => {
        job.settled = true
        signal.removeEventListener('abort', aborted)
      }
      const job: Job = {
        use,
        signal,
        settled: false,
        resolve: (written) => {
          settle()
          resolve(written as Written<T>)
        },
        reject: (error) => {
          settle()
          reject(error)
        },
        lostMs: undefined,
        wanting: false,
      }
      this.#waiting.push(job)
      this.#running ??= this.#work()
    })
  }

  /** Gives up a write whose caller has lost interest. */
  #give(job: Job, reason: unknown): void {
    job.reject(reason)
    this.#waiting = this.#waiting.filter((other) => other !== job)
    if (this.#waiting.length === 0) this.#opening?.abort(reason)
    this.#turnJobs = this.#turnJobs.filter((other) => other !== job)
    // Others may share what is on its way to the slots.
    if (this.#turnJobs.length === 0) this.#turn?.writer.abandon(reason)
  }

  async #work(): Promise<void> {
    try {
      for (let attempt = 0; this.#waiting.length > 0; ) {
        const lost = await this.#takeTurn()
        attempt = lost ? attempt + 1 : 0
        if (lost) await pause(attempt)
      }
    } finally {
      // At once, and not when somebody hears of the end: whoever comes between would wait for ever.
      this.#running = undefined
    }
  }

  /** @returns whether another writer came between, so that writes have to run again. */
  async #takeTurn(): Promise<boolean> {
    const open = await this.#open()
    if (!open) return this.#waiting.length > 0
    const jobs = this.#waiting
    this.#waiting = []
    this.#turnJobs = [...jobs]
    this.#turn = open
    const turn = new WriteTurn({ open, holder: this.#holder, versions: this.#versions })
    try {
      const done = await this.#runAll(jobs, turn, open)
      await this.#finish(turn, open, done.length > 0)
      for (const { job, value } of done) {
        if (job.settled) continue
        const { committed, nonce } = turn
        job.resolve({ value, committed, nonce, slots: open.fleet.live.size })
      }
      const { pendingBytes, uncertain } = open.writer
      this.#holder.close(open, pendingBytes > 0 || uncertain ? new Error('what was appended has failed') : undefined)
      return false
    } catch (error) {
      this.#holder.close(open, error)
      this.#holder.forget()
      this.#versions.forgetRecord()
      return this.#again(jobs, error, 'write')
    } finally {
      this.#turn = undefined
      this.#turnJobs = []
    }
  }

  async #open(): Promise<OpenPen | undefined> {
    const opening = new AbortController()
    this.#opening = opening
    try {
      return await this.#holder.open(opening.signal)
    } catch (error) {
      this.#holder.forget()
      // Nobody waited any more.
      if (opening.signal.aborted) return undefined
      const jobs = this.#waiting
      this.#waiting = []
      this.#versions.forgetRecord()
      this.#again(jobs, error, 'open')
      return undefined
    } finally {
      this.#opening = undefined
    }
  }

  /** Runs one write after the other. @throws {StorgoError} what concerns all of them. */
  async #runAll(jobs: readonly Job[], turn: WriteTurn, open: OpenPen): Promise<{ job: Job; value: unknown }[]> {
    const done: { job: Job; value: unknown }[] = []
    for (const job of jobs) {
      if (job.settled) continue
      try {
        const onCommitted = () => {
          job.lostMs = undefined
        }
        done.push({ job, value: await turn.run(job.use, onCommitted) })
      } catch (error) {
        if (isStorgoError(error, 'PEN_TAKEN')) throw error
        if (job.settled) continue
        if (isStorgoError(error, 'NOT_ENOUGH_SLOTS') && open.fleet.shortage()) throw error
        // What a write found wrong may be so because it looked at an old version.
        if (isStorgoError(error) && !turn.committed) await this.#confirm(open, error)
        job.reject(error)
      }
    }
    return done
  }

  async #finish(turn: WriteTurn, open: OpenPen, anyDone: boolean): Promise<void> {
    if (turn.hasChanges) await turn.commit()
    else if (anyDone && !turn.committed) await this.#confirm(open)
  }

  /** @throws {StorgoError} `PEN_TAKEN` unless what was written onto is still how things are. */
  async #confirm(open: OpenPen, error?: unknown): Promise<void> {
    if (open.fresh) return
    const { record, term } = open.fleet
    const signal = new AbortController().signal
    const grown = isStorgoError(error, 'VOLUME_FULL') && (await this.#hasGrown(record.billedSectors, signal))
    if (!grown && (await this.#holder.isMine(open, signal))) return
    throw penTaken({ volumeId: record.volumeId, term })
  }

  async #hasGrown(billedSectors: number, signal: AbortSignal): Promise<boolean> {
    this.#versions.forgetRecord()
    return (await this.#versions.record({ signal })).billedSectors > billedSectors
  }

  /** Lets writes run again if another writer came between, or slots were missing that may be there soon; the others fail. @returns whether any runs again. */
  #again(jobs: readonly Job[], error: unknown, during: 'open' | 'write'): boolean {
    const nowMs = performance.now()
    const again: Job[] = []
    for (const job of jobs) {
      if (job.settled) continue
      job.lostMs ??= nowMs
      const lost = isStorgoError(error, 'PEN_TAKEN') && nowMs - job.lostMs < RETRY_MS
      const wanting = isStorgoError(error, 'NOT_ENOUGH_SLOTS') && !job.wanting && during === 'write'
      if (wanting) job.wanting = true
      if (lost || wanting) again.push(job)
      else job.reject(error)
    }
    this.#waiting = [...again, ...this.#waiting]
    return again.length > 0
  }
}

function pause(attempt: number): Promise<void> {
  const most = Math.min(LEAST_PAUSE_MS * 2 ** attempt, MOST_PAUSE_MS)
  return new Promise((resolve) => {
    setTimeout(resolve, LEAST_PAUSE_MS + Math.random() * (most - LEAST_PAUSE_MS))
  })
}
