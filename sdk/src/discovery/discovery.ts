import type { PeerId } from '@libp2p/interface'
import type { KadDHT, QueryEvent } from '@libp2p/kad-dht'
import type { Ping } from '@libp2p/ping'
import { type SigningDomain, StorgoError } from '@storgo/protocol'
import type { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import type { Address } from 'viem'
import type { Peer, PeerExtension } from '../net/create-peer.ts'
import type { PeerAddress } from '../net/peer-address.ts'
import { operatorOf } from '../net/peer-id.ts'
import { AddressLookup, type FruitlessLookup } from './address-lookup.ts'
import { addressKeyOf, freshRecord, signAddressRecord } from './address-record.ts'
import { createDht, forget } from './dht.ts'
import { bucketsOf, contactsOf } from './dht-contacts.ts'
import { dhtProtocolOf } from './dht-protocol.ts'
import { greetConnections, untilGreeted } from './greet-connections.ts'
import { LookupCounts, type LookupKind, type LookupReport } from './lookup-counts.ts'
import { RoutingStore } from './routing-store.ts'

const LOOKUP_TIMEOUT_MS = 5_000
/** A peer that is silent in two of them leaves the table, so that the third reaches others. */
const MAX_ATTEMPTS = 3
const PUBLISH_TIMEOUT_MS = 30_000
const MAX_FAILURES = 1_000
const RECORD_LIFE_SECONDS = 24 * 3_600

export type DiscoveryOptions = {
  domain: SigningDomain
  /** Keep entries for others, and answer them. Clients only ask. */
  serve: boolean
  /** Whether a registered provider has that operator; nobody else's records and announcements are kept. */
  isProvider: (operator: Address) => Promise<boolean>
  /** More parts of libp2p, such as relays. */
  also?: Partial<Pick<PeerExtension, 'services' | 'transports' | 'peerDiscovery'>>
  /** Told of each lookup of an address that found nothing, and why. */
  onFruitless?: (lookup: FruitlessLookup) => void
}

export type DhtReport = {
  protocol: string
  contacts: number
  buckets: { sharedBits: number; contacts: number }[]
  /** Entries kept for others. */
  kept: { announcements: number; records: number; peers: number }
  /** Silent peers that left the table. */
  dropped: number
  lookups: Partial<Record<LookupKind, LookupReport>>
}

/** Finding peers without a fixed server: signed addresses and announcements in a Kademlia DHT of the network's own. */
export class Discovery {
  /** To be handed to `createPeer`. */
  readonly extension: PeerExtension
  readonly #options: DiscoveryOptions
  readonly #store: RoutingStore
  readonly #of: () => KadDHT
  readonly #pinging: () => Ping
  readonly #counts = new LookupCounts()
  /** Peers whose last request failed. */
  readonly #failures = new Set<string>()
  #dropped = 0
  #peer: Peer | undefined

  constructor(options: DiscoveryOptions) {
    this.#options = options
    const { services, of, ping } = createDht(options, async (connection, signal) => {
      if (this.#peer) await untilGreeted(this.#peer, connection, signal)
    })
    this.#of = of
    this.#pinging = ping
    this.#store = new RoutingStore(async (peer) => {
      const operator = operatorOf(peer)
      return operator !== undefined && options.isProvider(operator)
    })
    this.extension = {
      services: { ...services, ...options.also?.services },
      transports: options.also?.transports ?? [],
      peerDiscovery: options.also?.peerDiscovery ?? [],
      datastore: this.#store,
    }
  }

  /** To be called before the peer listens. */
  attach(peer: Peer): void {
    this.#peer = peer
    greetConnections(peer, this.#options.isProvider)
  }

  /**
   * Puts a record of where this provider is, signed by its operator, where others look for it. It counts for a day.
   *
   * @returns how many peers keep it.
   */
  async publishAddress(peer: Peer, operatorKey: Uint8Array, signal?: AbortSignal): Promise<number> {
    const { libp2p } = peer
    const operator = operatorOf(libp2p.peerId)
    if (operator === undefined) throw new StorgoError('CONFIG_INVALID', 'Only providers have an address record.')
    const times = { nowMs: Date.now(), lifeSeconds: RECORD_LIFE_SECONDS }
    const record = freshRecord(libp2p.peerId, libp2p.getMultiaddrs(), times)
    const value = signAddressRecord(record, this.#options.domain, operatorKey)
    return this.#spread((options) => this.#of().put(addressKeyOf(operator), value, options), signal)
  }

  /** Peers in the routing table. */
  get contacts(): number {
    return contactsOf(this.#of())?.size ?? 0
  }

  /**
   * Where an operator says it is; `undefined` if the DHT does not know. While nobody shows a record and some do not answer,
   * it asks again, up to three times within 5 s: those that stay silent leave the table, and others are asked for them.
   *
   * Rejects with the signal's reason when it aborts before anybody has shown a record.
   */
  async findAddress(operator: Address, signal?: AbortSignal): Promise<PeerAddress | undefined> {
    const lookup = new AddressLookup({ operator, domain: this.#options.domain })
    const leftMs = () => Math.ceil(LOOKUP_TIMEOUT_MS - lookup.elapsedMs)
    const query: Query = (asking) => this.#of().get(addressKeyOf(operator), asking)
    try {
      do {
        lookup.begin()
        for await (const event of this.#ask(query, signal, leftMs())) {
          lookup.take(event)
          if (lookup.isSettled) break
        }
      } while (!lookup.address && lookup.hasErrors && lookup.attempts < MAX_ATTEMPTS && leftMs() > 0)
    } catch (error) {
      // What has been found by then is good, however few have shown it.
      if (signal?.aborted !== true) throw error
    }
    const { address, elapsedMs } = lookup
    this.#counts.add('address', { ms: elapsedMs, found: address !== undefined })
    if (address) return address
    this.#options.onFruitless?.(lookup.inVain(signal?.aborted === true || leftMs() <= 0))
    signal?.throwIfAborted()
    return undefined
  }

  /** Announces that this provider serves a manifest. Never for chunks: a lookup costs more than a chunk is worth. @returns how many peers keep it. */
  announce(manifest: CID, signal?: AbortSignal): Promise<number> {
    return this.#spread((options) => this.#of().provide(manifest, options), signal)
  }

  /** Peers that announced a manifest, each once, as they are found. Ends after the lookup's deadline. */
  async *findAnnouncers(manifest: CID, signal?: AbortSignal): AsyncGenerator<PeerId, void, undefined> {
    const startedMs = performance.now()
    const found = new Set<string>()
    for await (const event of this.#ask((options) => this.#of().findProviders(manifest, options), signal)) {
      if (event.name !== 'PROVIDER') continue
      for (const { id } of event.providers) {
        if (found.has(id.toString())) continue
        found.add(id.toString())
        yield id
      }
    }
    this.#counts.add('announcement', { ms: performance.now() - startedMs, found: found.size > 0 })
  }

  /** Milliseconds to a peer and back, once a connection to it is open. */
  ping(peer: PeerId, signal: AbortSignal): Promise<number> {
    return this.#pinging().ping(peer, { signal })
  }

  async report(own: PeerId): Promise<DhtReport> {
    const contacts = contactsOf(this.#of())
    const { digest } = await sha256.digest(own.toMultihash().bytes)
    return {
      protocol: dhtProtocolOf(this.#options.domain),
      contacts: this.contacts,
      buckets: contacts ? bucketsOf(contacts, digest) : [],
      kept: this.#store.sizes,
      dropped: this.#dropped,
      lookups: this.#counts.report,
    }
  }

  /** Runs a publishing query to its end or deadline. */
  async #spread(query: Query, signal?: AbortSignal): Promise<number> {
    const startedMs = performance.now()
    let kept = 0
    for await (const event of this.#ask(query, signal, PUBLISH_TIMEOUT_MS)) {
      const isKept = event.name === 'PEER_RESPONSE' && STORING.has(event.messageName)
      if (isKept) kept++
    }
    this.#counts.add('publish', { ms: performance.now() - startedMs, found: kept > 0 })
    return kept
  }

  /** A peer that does not answer twice in a row leaves the table, unless it is connected: then it may only be slow. */
  #failed(peer: PeerId): void {
    const key = peer.toString()
    const isConnected = this.#peer?.libp2p.getConnections(peer).some(({ status }) => status === 'open')
    if (isConnected === true) return
    if (this.#failures.delete(key)) {
      this.#dropped++
      forget(this.#of(), peer)
    } else {
      if (this.#failures.size >= MAX_FAILURES) this.#failures.clear()
      this.#failures.add(key)
    }
  }

  /** The events of a query, until it ends, fails or takes too long; peers that do not answer leave the table. */
  async *#ask(query: Query, signal?: AbortSignal, timeoutMs = LOOKUP_TIMEOUT_MS): AsyncGenerator<QueryEvent> {
    const deadline = AbortSignal.timeout(timeoutMs)
    const ended = new AbortController()
    const until = AbortSignal.any([deadline, ended.signal, ...(signal ? [signal] : [])])
    try {
      for await (const event of query({ signal: until })) {
        if (event.name === 'QUERY_ERROR' && !until.aborted) this.#failed(event.from)
        if (event.name === 'PEER_RESPONSE') this.#failures.delete(event.from.toString())
        yield event
      }
    } catch (error) {
      signal?.throwIfAborted()
      // A query that finds nothing, or nobody to ask, ends by throwing.
      if (!deadline.aborted && !(error instanceof Error)) throw error
    } finally {
      ended.abort(new Error('the answer is known'))
    }
  }
}

type Query = (options: { signal: AbortSignal }) => AsyncIterable<QueryEvent>

/** Messages by which a peer is asked to keep something. */
const STORING = new Set(['PUT_VALUE', 'ADD_PROVIDER'])
