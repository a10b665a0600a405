import { clearInterval, setInterval } from 'node:timers'
import type { Libp2p, PeerId } from '@libp2p/interface'
import { type Exchanged, type Offence, operatorOf, type PeerGuard, type PeerRecord } from '@storgo/sdk'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type Ban, Bans } from './bans.ts'
import { PeerBook } from './peer-book.ts'
import { PeerDatabase } from './peer-database.ts'

const SAVE_MS = 5_000

export type GuardOptions = { dataDir: string; now: () => number; logger: Logger; metrics: Metrics }

/** A node's memory of other peers: how they do, where they are, and which of them it has nothing to do with any more. */
export class NodeGuard implements PeerGuard, AsyncDisposable {
  readonly book: PeerBook
  readonly bans: Bans
  readonly #database: PeerDatabase
  readonly #options: GuardOptions
  readonly #saving: NodeJS.Timeout
  #libp2p: Libp2p | undefined
  #bansChanged = false

  private constructor(database: PeerDatabase, book: PeerBook, bans: Bans, options: GuardOptions) {
    this.#database = database
    this.book = book
    this.bans = bans
    this.#options = options
    this.#saving = setInterval(() => void this.#save(), SAVE_MS)
    this.#saving.unref()
  }

  static async open(options: GuardOptions): Promise<NodeGuard> {
    const { dataDir, now } = options
    const database = await PeerDatabase.open(dataDir)
    const { peers, bans } = await database.load()
    return new NodeGuard(database, new PeerBook(now, peers), new Bans(now, bans), options)
  }

  /** From now on a banned peer's connections are closed, and peers that are reached are remembered. */
  attach(libp2p: Libp2p): void {
    this.#libp2p = libp2p
    libp2p.addEventListener('connection:open', ({ detail: { direction, remotePeer, remoteAddr } }) => {
      // Where an inbound connection comes from is not where the peer listens.
      const operator = operatorOf(remotePeer)
      if (direction !== 'outbound' || operator === undefined) return
      this.book.reached(remotePeer.toString(), { addresses: [remoteAddr.toString()], operator })
    })
  }

  bannedFor(peer: PeerId): string | undefined {
    return this.bans.of(peer.toString())?.reason
  }

  recordOf(peer: PeerId): PeerRecord | undefined {
    return this.book.get(peer.toString())
  }

  asked(peer: PeerId, exchanged: Exchanged): void {
    this.book.asked(peer.toString(), exchanged)
  }

  served(peer: PeerId, exchanged: Exchanged): void {
    this.book.served(peer.toString(), exchanged)
  }

  offended(peer: PeerId, offence: Offence): void {
    const peerId = peer.toString()
    this.book.offended(peerId, offence)
    this.#options.metrics.peerOffences.inc({ offence })
    const ban = this.bans.offended(peerId, offence)
    if (ban) this.#enforce(ban)
  }

  /** By the operator's hand. @param forMs absent: until it is lifted. */
  ban(peerId: string, why: { reason: string; forMs?: number }): Ban {
    const ban = this.bans.ban(peerId, why)
    this.#enforce(ban)
    return ban
  }

  /** @returns whether there was a ban. */
  lift(peerId: string): boolean {
    const isLifted = this.bans.lift(peerId)
    this.#bansChanged ||= isLifted
    if (isLifted) this.#options.logger.info({ peer: peerId }, 'ban lifted')
    return isLifted
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#saving)
    await this.#save()
    await this.#database[Symbol.asyncDispose]()
  }

  #enforce({ peerId, reason, by, untilMs }: Ban): void {
    this.#bansChanged = true
    const until = untilMs === null ? undefined : new Date(untilMs).toISOString()
    this.#options.logger.warn({ peer: peerId, reason, by, until }, 'peer banned')
    for (const connection of this.#libp2p?.getConnections() ?? []) {
      if (connection.remotePeer.toString() === peerId) connection.abort(new Error(`The peer is banned: ${reason}.`))
    }
  }

  async #save(): Promise<void> {
    const changes = this.book.takeChanges()
    if (changes.changed.length + changes.removed.length === 0 && !this.#bansChanged) return
    this.#bansChanged = false
    try {
      await this.#database.save({ ...changes, bans: this.bans.list() })
    } catch (error) {
      this.#options.logger.warn({ error }, 'what is known of peers could not be saved')
    }
  }
}
