import type { Connection, PeerId } from '@libp2p/interface'
import { peerIdFromMultihash, peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { SigningDomain } from '@storgo/protocol'
import { decode as decodeMultihash } from 'multiformats/hashes/digest'
import { sha256 } from 'multiformats/hashes/sha2'
import type { Address } from 'viem'
import { connectionTo } from '../net/connection-to.ts'
import type { Peer } from '../net/create-peer.ts'
import type { PeerAddress } from '../net/peer-address.ts'
import { operatorOf } from '../net/peer-id.ts'
import { addressKeyOf, openAddressRecord } from './address-record.ts'
import { dhtProtocolOf } from './dht-protocol.ts'
import { getValue } from './get-value.ts'
import type { KadAnswer } from './kad-value.ts'

const ASKED_AT_ONCE = 3
/** Most peers that are asked; of a hundred thousand the right ones are some five steps away. */
const MAX_ASKED = 24
/** It is over once so many peers have shown the same newest record. */
const AGREEING = 3
const ANSWER_MS = 1_500

export type AskForAddressOptions = {
  /** Whose connections to providers are asked, and which connects to those that they name. */
  peer: Peer
  domain: SigningDomain
  operator: Address
  /** Asked of peers that others name, before they are dialled. */
  isProvider: (operator: Address) => Promise<boolean>
  signal: AbortSignal
}

type Candidate = { peerId: PeerId; connect: () => Promise<Connection>; distance: Uint8Array }

/**
 * Looks up where an operator says it is, among the providers that a client is connected to and those that they know to be
 * closer: what Kademlia does, without being part of it. The record is checked, whoever sends it.
 *
 * @returns `undefined` if nobody who was asked knows. Rejects with the signal's reason when it aborts before anybody does.
 */
export async function askForAddress(options: AskForAddressOptions): Promise<PeerAddress | undefined> {
  const asking = new Asking(options, await digestOf(addressKeyOf(options.operator)))
  await asking.begin()
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, () => asking.go()))
  if (!asking.newest) options.signal.throwIfAborted()
  return asking.newest?.address
}

class Asking {
  newest: { sequence: bigint; address: PeerAddress; seen: number } | undefined
  readonly #options: AskForAddressOptions
  readonly #target: Uint8Array
  readonly #known = new Set<string>()
  /** The closest first. */
  readonly #candidates: Candidate[] = []
  #asked = 0
  /** Connections that are being made. */
  readonly #arriving = new Set<Promise<void>>()
  /** Peers that are being asked. */
  readonly #asking = new Set<Promise<void>>()

  constructor(options: AskForAddressOptions, target: Uint8Array) {
    this.#options = options
    this.#target = target
  }

  /** With the providers that there are connections to; a client that has just begun is still making them. */
  async begin(): Promise<void> {
    const { peer, operator } = this.#options
    const { libp2p, greetings, connecting } = peer
    for (const [id, connection] of connecting) {
      const peerId = peerIdFromString(id)
      if (operatorOf(peerId) === operator) continue
      const arriving = connection.then(() => this.#add(peerId, () => connection))
      void settling(this.#arriving, arriving)
    }
    for (const connection of libp2p.getConnections()) {
      if (connection.status !== 'open' || !greetings.of(connection)?.isProvider) continue
      await this.#add(connection.remotePeer, async () => connection)
    }
  }

  /** One lane: asks the closest that has not been asked, until enough agree or nobody is left. */
  async go(): Promise<void> {
    const { signal } = this.#options
    while (!signal.aborted && this.#asked < MAX_ASKED && (this.newest?.seen ?? 0) < AGREEING) {
      const next = this.#candidates.shift()
      if (next) {
        this.#asked++
        await settling(this.#asking, this.#ask(next))
      } else {
        // Connections are waited for only to begin with: some may be to peers that are lost themselves.
        const hasEnded = this.#asking.size === 0 && (this.#asked > 0 || this.#arriving.size === 0)
        if (hasEnded) return
        await orAborted(Promise.race([...this.#asking, ...this.#arriving]), signal).catch(() => {})
      }
    }
  }

  async #ask({ connect }: Candidate): Promise<void> {
    const { domain, operator, signal } = this.#options
    const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
    const connection = await orAborted(connect(), within)
    const answer = await getValue(connection, {
      ...{ protocol: dhtProtocolOf(domain), key: addressKeyOf(operator), signal: within },
    })
    this.#take(answer.value)
    for (const closer of answer.closer) await this.#addCloser(closer)
  }

  #take(value: Uint8Array | undefined): void {
    if (!value) return
    const { operator, domain } = this.#options
    const { record, address } = openAddressRecord(value, {
      operator,
      domain,
      nowSeconds: Math.floor(Date.now() / 1000),
    })
    const { sequence } = record
    if (this.newest?.sequence === sequence) this.newest.seen++
    else if (!this.newest || sequence > this.newest.sequence) this.newest = { sequence, address, seen: 1 }
  }

  async #addCloser({ id, multiaddrs }: KadAnswer['closer'][number]): Promise<void> {
    const { peer, operator: wanted, isProvider } = this.#options
    const peerId = peerIdFromMultihash(decodeMultihash(id))
    const operator = operatorOf(peerId)
    // What is on its way will arrive by itself, or is lost.
    if (operator === undefined || operator === wanted || peer.connecting.has(peerId.toString())) return
    const to = { operator, peerId, multiaddrs: multiaddrs.map((bytes) => withId(bytes, peerId)) }
    await this.#add(peerId, async () => {
      if (!(await isProvider(operator))) throw new Error('The peer is no registered provider.')
      // Not looked for elsewhere if it is not there: lookups would lead to lookups.
      return connectionTo({ ...peer, findPeer: undefined }, to)
    })
  }

  async #add(peerId: PeerId, connect: Candidate['connect']): Promise<void> {
    if (this.#known.has(peerId.toString())) return
    this.#known.add(peerId.toString())
    const digest = await digestOf(peerId.toMultihash().bytes)
    const distance = digest.map((byte, i) => byte ^ (this.#target[i] ?? 0))
    this.#candidates.push({ peerId, connect, distance })
    this.#candidates.sort((a, b) => compareBytes(a.distance, b.distance))
  }
}

/** Resolves when `work` has ended, well or not: a peer that does not answer, or answers nonsense, is one that does not know. */
function settling(among: Set<Promise<void>>, work: Promise<void>): Promise<void> {
  const settled = work
    .catch(() => {})
    .finally(() => {
      among.delete(settled)
    })
  among.add(settled)
  return settled
}

const digestOf = async (bytes: Uint8Array): Promise<Uint8Array> => (await sha256.digest(bytes)).digest

function withId(bytes: Uint8Array, peerId: PeerId) {
  const address = multiaddr(bytes)
  return address.toString().includes('/p2p/') ? address : address.encapsulate(`/p2p/${peerId}`)
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}

/** What is not waited for any more goes on: others may be waiting for the same connection. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const aborted = () => reject(signal.reason)
  signal.addEventListener('abort', aborted, { once: true })
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', aborted))
}
