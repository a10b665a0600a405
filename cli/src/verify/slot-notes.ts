import { ERRORS, type ErrorCode } from '@storgo/protocol'
import type { Logger } from '@storgo/sdk'

/** How a slot answered wrongly, or not at all, while it was read from. */
export type SlotNote = { slot: number; provider: string; wrong: boolean; code: ErrorCode; reason: string }

/** Most kinds of trouble that are kept; a volume has at most 32 slots. */
const MOST_NOTES = 1_024

/** Keeps what the SDK tells about slots that misbehave: one note for each slot and kind of trouble. */
export class SlotNotes {
  readonly #notes = new Map<string, SlotNote>()

  readonly logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: (fields) => this.#note(fields),
    error: (fields) => this.#note(fields),
  }

  /** In the order of slots. */
  get all(): SlotNote[] {
    return [...this.#notes.values()].sort((a, b) => a.slot - b.slot)
  }

  #note({ slot, provider, code, reason }: Record<string, unknown>): void {
    if (typeof slot !== 'number' || typeof provider !== 'string' || !isErrorCode(code)) return
    const key = `${slot} ${code}`
    if (this.#notes.size >= MOST_NOTES && !this.#notes.has(key)) return
    const wrong = code === 'PROOF_INVALID' || code === 'SECTOR_CORRUPT'
    this.#notes.set(key, { slot, provider, wrong, code, reason: String(reason) })
  }
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && code in ERRORS
