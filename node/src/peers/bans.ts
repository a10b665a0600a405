import type { Offence } from '@storgo/sdk'

/** Why a peer is not dealt with. Times are Unix milliseconds. */
export type Ban = {
  peerId: string
  /** The offence's name, or what the operator said. */
  reason: string
  by: 'rule' | 'operator'
  sinceMs: number
  /** `null`: until it is lifted. */
  untilMs: number | null
}

const MAX_BANS = 10_000
const BAN_POINTS = 10
/** Points of offences halve in this time. */
const HALF_LIFE_MS = 600_000
const FIRST_BAN_MS = 3_600_000
const MOST_BAN_MS = 30 * 86_400_000
const MAX_WATCHED = 10_000

/** Ten make a ban. What an honest peer may do by accident counts little. */
const POINTS: Record<Offence, number> = {
  'hello-forged': 10,
  'hello-replayed': 4,
  'hello-missing': 4,
  'frame-giant': 10,
  'frame-malformed': 4,
  'request-slow': 3,
  'message-malformed': 1,
  'request-flood': 0.25,
  'connection-flood': 1,
  'bytes-false': 10,
  'signature-false': 4,
  'state-false': 4,
  'states-conflicting': 10,
}

type Watched = { points: number; atMs: number }

/** Which peers are banned, and which have come close to it. Every later ban of a peer lasts twice as long. */
export class Bans {
  readonly #bans = new Map<string, Ban>()
  readonly #watched = new Map<string, Watched>()
  /** Bans that each peer has had; forgotten with the ban, long after its end. */
  readonly #times = new Map<string, number>()
  readonly #now: () => number

  /** @param now Unix milliseconds. */
  constructor(now: () => number, bans: readonly Ban[] = []) {
    this.#now = now
    for (const ban of bans) this.#bans.set(ban.peerId, ban)
  }

  /** The ban in force. */
  of(peerId: string): Ban | undefined {
    const ban = this.#bans.get(peerId)
    return ban && (ban.untilMs === null || ban.untilMs > this.#now()) ? ban : undefined
  }

  /** Those in force. */
  list(): Ban[] {
    return [...this.#bans.keys()].flatMap((peerId) => this.of(peerId) ?? [])
  }

  /** @returns the ban that the offence led to, if it did. */
  offended(peerId: string, offence: Offence): Ban | undefined {
    if (this.of(peerId)) return undefined
    const nowMs = this.#now()
    const before = this.#watched.get(peerId)
    const left = before ? before.points * 0.5 ** ((nowMs - before.atMs) / HALF_LIFE_MS) : 0
    const points = left + POINTS[offence]
    this.#watched.delete(peerId)
    // 1e-6: halving for a moment must not cost the last point.
    if (points < BAN_POINTS - 1e-6) {
      keepNewest(this.#watched.set(peerId, { points, atMs: nowMs }), MAX_WATCHED)
      return undefined
    }
    const times = this.#times.get(peerId) ?? 0
    keepNewest(this.#times.set(peerId, times + 1), MAX_WATCHED)
    const untilMs = nowMs + Math.min(FIRST_BAN_MS * 2 ** times, MOST_BAN_MS)
    return this.#add({ peerId, reason: offence, by: 'rule', sinceMs: nowMs, untilMs })
  }

  /** By the operator's hand. @param forMs absent: until it is lifted. */
  ban(peerId: string, { reason, forMs }: { reason: string; forMs?: number }): Ban {
    const sinceMs = this.#now()
    return this.#add({ peerId, reason, by: 'operator', sinceMs, untilMs: forMs === undefined ? null : sinceMs + forMs })
  }

  /** @returns whether there was a ban. What the peer has done is forgotten, too. */
  lift(peerId: string): boolean {
    this.#watched.delete(peerId)
    this.#times.delete(peerId)
    return this.#bans.delete(peerId)
  }

  #add(ban: Ban): Ban {
    for (const { peerId } of this.#bans.values()) if (!this.of(peerId)) this.#bans.delete(peerId)
    this.#bans.delete(ban.peerId)
    keepNewest(this.#bans.set(ban.peerId, ban), MAX_BANS)
    return ban
  }
}

function keepNewest(map: Map<string, unknown>, most: number): void {
  const oldest = map.size > most ? map.keys().next() : undefined
  if (oldest?.done === false) map.delete(oldest.value)
}
