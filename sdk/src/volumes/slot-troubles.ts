import { isStorgoError } from '@storgo/protocol'
import { type Address, zeroAddress } from 'viem'
import type { Logger } from './logger.ts'

/** The same trouble of a slot is told again after this long at the earliest. */
const QUIET_MS = 30_000

export type TroubledSlot = { slot: number; provider: Address }

/** Names slots that fail, lie or keep silent in the log, once and not for every range. */
export class SlotTroubles {
  readonly #volumeId: bigint
  readonly #logger: Logger
  readonly #toldMs = new Map<string, number>()

  constructor(volumeId: bigint, logger: Logger) {
    this.#volumeId = volumeId
    this.#logger = logger
  }

  /** @param doing what the client does about it. */
  tell({ slot, provider }: TroubledSlot, error: unknown, doing: string): void {
    // That nobody holds a slot is no trouble of anybody's, and goes on until somebody takes it.
    if (provider === zeroAddress) return
    const code = isStorgoError(error) ? error.code : 'INTERNAL'
    if (!this.#isNews(`${slot} ${code}`)) return
    const what =
      code === 'PROOF_INVALID' ? 'answered with altered bytes' : code === 'TIMED_OUT' ? 'keeps silent' : 'failed'
    const fields = { volumeId: this.#volumeId, slot, provider, code, reason: String(error) }
    this.#logger.warn(fields, `slot ${what}; ${doing}`)
  }

  #isNews(key: string): boolean {
    const nowMs = performance.now()
    const toldMs = this.#toldMs.get(key)
    if (toldMs !== undefined && nowMs - toldMs < QUIET_MS) return false
    this.#toldMs.set(key, nowMs)
    return true
  }
}
