import { clearTimeout, setTimeout } from 'node:timers'
import { isStorgoError } from '@storgo/protocol'
import { connectionTo, operatorOf, type Peer, type PeerAddress, parsePeer } from '@storgo/sdk'
import { type Discovery, Publication } from '@storgo/sdk/discovery'
import type { NodeGuard } from '../peers/node-guard.ts'
import type { Logger } from '../telemetry/logger.ts'
import { mergePeers } from './merge-peers.ts'

/** With so many peers a node looks for no more: the DHT leads to the others. */
const ENOUGH_PEERS = 16
const TRIED_AT_ONCE = 4
const MAX_DISCOVERED = 64
const MAX_REGISTERED = 256
const REGISTRY_MS = 10_000

export type PeerSearchOptions = {
  peer: Peer
  discovery: Discovery
  guard: NodeGuard
  /** For this node's address record. */
  operatorKey: Uint8Array
  /** Multiaddrs of the settings. */
  configured: readonly string[]
  listRegistered: (most: number, options: { signal: AbortSignal }) => Promise<PeerAddress[]>
  /** Read anew each round. */
  readonly intervalMs: number
  nowMs: () => number
  random: () => number
  logger: Logger
}

/**
 * Keeps a node among others: while it knows few, it tries those of the registry, those it remembers, those of the settings and
 * those found on the local network; and it puts its address record where others find it, whenever that is due.
 */
export class PeerSearch implements AsyncDisposable {
  readonly #options: PeerSearchOptions
  readonly #stopping = new AbortController()
  readonly #publication = new Publication()
  /** Seen on the local network or in the DHT, the newest last. */
  readonly #discovered = new Map<string, PeerAddress>()
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> = Promise.resolve()

  constructor(options: PeerSearchOptions) {
    this.#options = options
    options.peer.libp2p.addEventListener('peer:discovery', ({ detail: { id, multiaddrs } }) => {
      const operator = operatorOf(id)
      if (operator === undefined || multiaddrs.length === 0) return
      this.#discovered.delete(id.toString())
      this.#discovered.set(id.toString(), { operator, peerId: id, multiaddrs })
      const oldest = this.#discovered.size > MAX_DISCOVERED ? this.#discovered.keys().next() : undefined
      if (oldest?.done === false) this.#discovered.delete(oldest.value)
    })
  }

  start(): void {
    this.#round = this.#look().finally(() => {
      if (this.#stopping.signal.aborted) return
      this.#timer = setTimeout(() => this.start(), this.#options.intervalMs)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('The node is stopping.'))
    clearTimeout(this.#timer)
    await this.#round
  }

  async #look(): Promise<void> {
    const { logger } = this.#options
    try {
      if (this.#peers() < ENOUGH_PEERS) await this.#tryAll(await this.#candidates())
      await this.#publish()
    } catch (error) {
      if (!this.#stopping.signal.aborted) logger.warn({ error }, 'looking for peers failed; it will be tried again')
    }
  }

  #peers(): number {
    return this.#options.peer.libp2p.getPeers().length
  }

  async #candidates(): Promise<PeerAddress[]> {
    const { listRegistered, guard, configured, random, peer } = this.#options
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(REGISTRY_MS)])
    const registered = await listRegistered(MAX_REGISTERED, { signal })
    const order = registered.map((address) => ({ address, at: random() })).sort((a, b) => a.at - b.at)
    const remembered = guard.book
      .all()
      .toSorted((a, b) => (b.lastSuccessMs ?? 0) - (a.lastSuccessMs ?? 0))
      .flatMap(({ peerId, addresses }) => parsePeer(peerId, addresses) ?? [])
    const settings = configured.flatMap((text) => parsePeer(text.slice(text.lastIndexOf('/') + 1), [text]) ?? [])
    return mergePeers([
      order.map(({ address }) => address),
      settings,
      remembered,
      [...this.#discovered.values()],
    ]).filter(
      ({ peerId }) =>
        !peerId.equals(peer.libp2p.peerId) &&
        peer.libp2p.getConnections(peerId).length === 0 &&
        guard.bannedFor(peerId) === undefined,
    )
  }

  async #tryAll(candidates: PeerAddress[]): Promise<void> {
    const { peer, logger } = this.#options
    const lane = async () => {
      for (let to = candidates.shift(); to; to = candidates.shift()) {
        if (this.#stopping.signal.aborted || this.#peers() >= ENOUGH_PEERS) return
        try {
          await connectionTo(peer, to)
        } catch (error) {
          const code = isStorgoError(error) ? error.code : 'INTERNAL'
          logger.debug({ operator: to.operator, code, error }, 'a peer could not be reached')
        }
      }
    }
    await Promise.all(Array.from({ length: TRIED_AT_ONCE }, lane))
  }

  async #publish(): Promise<void> {
    const { discovery, peer, operatorKey, nowMs, logger } = this.#options
    const addresses = peer.libp2p.getMultiaddrs().join(' ')
    const state = { nowMs: nowMs(), addresses, contacts: discovery.contacts }
    if (this.#peers() === 0 || !this.#publication.isDue(state)) return
    const kept = await discovery.publishAddress(peer, operatorKey, this.#stopping.signal)
    logger.debug({ kept, contacts: state.contacts }, 'address record published')
    this.#publication.done(state, kept)
  }
}
