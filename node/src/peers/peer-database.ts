import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OFFENCES } from '@storgo/sdk'
import { Level } from 'level'
import { z } from 'zod'
import type { Ban } from './bans.ts'
import { type KnownPeer, MAX_KNOWN_PEERS } from './peer-book.ts'

const amount = z.number().nonnegative()
const text = z.string().max(512)
const knownPeer = z.object({
  peerId: text,
  addresses: z.array(text).max(8),
  operator: z
    .templateLiteral(['0x', z.string()])
    .refine((address) => address.length === 42)
    .optional(),
  lastSuccessMs: amount.optional(),
  lastSeenMs: amount,
  servedBytes: amount,
  offences: z.partialRecord(z.enum(OFFENCES), amount),
  availability: amount.max(1),
  faults: amount,
  // JSON has no undefined.
  responseMs: amount.optional().transform((ms): number | undefined => ms),
  bytesPerSecond: amount.optional().transform((rate): number | undefined => rate),
  requests: amount,
  sentBytes: amount,
  receivedBytes: amount,
})
const ban = z.object({
  ...{ peerId: text, reason: text, by: z.enum(['rule', 'operator']) },
  ...{ sinceMs: amount, untilMs: amount.nullable() },
})

/** Changes of what is known of peers and of who is banned; bans are written all at once, there are few. */
export type PeerChanges = { changed: readonly KnownPeer[]; removed: readonly string[]; bans: readonly Ban[] }

/** Keeps peers and bans below a node's data folder. */
export class PeerDatabase implements AsyncDisposable {
  readonly #level: Level<string, unknown>

  private constructor(level: Level<string, unknown>) {
    this.#level = level
  }

  /** What cannot be read is thrown away: all of it can be learnt again. */
  static async open(dataDir: string): Promise<PeerDatabase> {
    const folder = join(dataDir, 'peers')
    const open = async () => {
      const level = new Level<string, unknown>(folder, { valueEncoding: 'json' })
      await level.open()
      return new PeerDatabase(level)
    }
    try {
      return await open()
    } catch {
      await rm(folder, { recursive: true, force: true })
      return open()
    }
  }

  async load(): Promise<{ peers: KnownPeer[]; bans: Ban[] }> {
    const peers: KnownPeer[] = []
    for await (const [, value] of this.#level.iterator({ gt: 'peer/', lt: 'peer0', limit: MAX_KNOWN_PEERS })) {
      const parsed = knownPeer.safeParse(value)
      if (!parsed.success) continue
      const { operator, lastSuccessMs, responseMs, bytesPerSecond, ...rest } = parsed.data
      const optional = { ...(operator && { operator }), ...(lastSuccessMs !== undefined && { lastSuccessMs }) }
      peers.push({ ...rest, responseMs, bytesPerSecond, ...optional })
    }
    const bans = z.array(ban).safeParse(await this.#level.get('bans'))
    return { peers, bans: bans.success ? bans.data : [] }
  }

  async save({ changed, removed, bans }: PeerChanges): Promise<void> {
    await this.#level.batch([
      ...changed.map((peer) => ({ type: 'put', key: `peer/${peer.peerId}`, value: peer }) as const),
      ...removed.map((peerId) => ({ type: 'del', key: `peer/${peerId}` }) as const),
      { type: 'put', key: 'bans', value: bans },
    ])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#level.close()
  }
}
