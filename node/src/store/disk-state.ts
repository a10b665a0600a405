import { isStorgoError, StorgoError } from '@storgo/protocol'
import type { Disk } from './disk.ts'
import type { StoreHealth } from './slot-store.ts'

/** Room that is left to the index and to snapshots, which nobody can put off. */
const RESERVE_BYTES = 16 * 1024 * 1024
/** How long an answer about the disk's room is good for. */
const ROOM_MS = 500
/** Different cells that failed to be read one after the other, before the whole disk counts as unreadable. */
const UNREADABLE_AFTER = 8

/**
 * What the disk still does. A write or a sync that failed may have failed for writes that were answered long before, and asking again
 * may find the system's memory of it gone: so nothing is written any more after one.
 */
export class DiskState {
  readonly #disk: Disk
  #failure: string | undefined
  #full: string | undefined
  /** Why cells cannot be read, and why the probe could not. */
  #unreadable: { cells?: string; probe?: string } = {}
  readonly #failedReads = new Set<number>()
  #roomAskedMs = Number.NEGATIVE_INFINITY

  constructor(disk: Disk) {
    this.#disk = disk
  }

  get health(): StoreHealth {
    const unreadable = this.#unreadable.cells ?? this.#unreadable.probe
    const reason = unreadable ?? this.#failure
    const health: StoreHealth = { writable: this.#failure === undefined, readable: unreadable === undefined }
    if (this.#full !== undefined) health.full = this.#full
    return reason === undefined ? health : { ...health, reason }
  }

  /** @throws {StorgoError} `STORE_READ_ONLY`. */
  assertWritable(): void {
    if (this.#failure === undefined) return
    throw new StorgoError('STORE_READ_ONLY', `The disk is not written any more: ${this.#failure}.`)
  }

  /** @throws {StorgoError} `DISK_FULL`. */
  async assertRoom(): Promise<void> {
    const now = performance.now()
    if (now - this.#roomAskedMs < ROOM_MS) return
    const free = await this.#disk.freeBytes()
    if (free !== undefined && free < RESERVE_BYTES) throw this.noRoom(`${free} bytes are left`)
    this.#roomAskedMs = now
    this.#full = undefined
  }

  /** Nothing is written from now on. */
  fail(what: string, cause: unknown): StorgoError {
    this.#failure ??= `${what} (${cause instanceof Error ? cause.message : String(cause)})`
    return new StorgoError('STORE_READ_ONLY', `The disk is not written any more: ${this.#failure}.`, {}, { cause })
  }

  /** Runs a write or a sync; when it fails, it was the last one. A disk that is full has not failed. */
  async guard<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
    this.assertWritable()
    try {
      return await action()
    } catch (error) {
      if (isStorgoError(error)) throw error
      throw isFull(error) ? this.noRoom(what, error) : this.fail(what, error)
    }
  }

  /** A cell was read, or could not be. */
  cellRead(cell: number, error?: unknown): void {
    if (error === undefined) {
      this.#failedReads.clear()
      delete this.#unreadable.cells
      return
    }
    this.#failedReads.add(cell)
    if (this.#failedReads.size >= UNREADABLE_AFTER) this.#unreadable.cells = unreadableBecause(error)
  }

  /** The probe could read, or could not. */
  probed(error?: unknown): void {
    if (error === undefined) delete this.#unreadable.probe
    else this.#unreadable.probe = unreadableBecause(error)
  }

  /** There is no room until `assertRoom` finds some. */
  noRoom(what: string, cause?: unknown): StorgoError {
    this.#full = what
    this.#roomAskedMs = Number.NEGATIVE_INFINITY
    return new StorgoError('DISK_FULL', `The disk has no room: ${what}.`, {}, { cause })
  }
}

function unreadableBecause(cause: unknown): string {
  return `nothing can be read (${cause instanceof Error ? cause.message : String(cause)})`
}

/** Whether the system says that there is no room. */
export function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOSPC' || code === 'EDQUOT'
}
