import { afterFault, afterRequest, type Exchanged, newPeerRecord, type Offence, type PeerRecord } from '@storgo/sdk'
import type { Address } from 'viem'

/** What a node remembers of another peer. Times are Unix milliseconds. */
export type KnownPeer = PeerRecord & {
  peerId: string
  /** Multiaddrs by which it was reached last. */
  addresses: string[]
  operator?: Address
  lastSuccessMs?: number
  lastSeenMs: number
  /** Bytes of requests that it made here, and of our answers. */
  servedBytes: number
  offences: Partial<Record<Offence, number>>
}

export const MAX_KNOWN_PEERS = 4_096
const MAX_ADDRESSES = 8
/** Offences of a peer whose answers, or requests, do not verify. */
const LIES: ReadonlySet<Offence> = new Set<Offence>([
  'bytes-false',
  'signature-false',
  'state-false',
  'states-conflicting',
])

/** What is known of peers: how they have answered, and where they were reached. */
export class PeerBook {
  /** In the order in which they were seen last. */
  readonly #peers = new Map<string, KnownPeer>()
  readonly #changed = new Set<string>()
  readonly #removed = new Set<string>()
  readonly #now: () => number

  /** @param now Unix milliseconds. */
  constructor(now: () => number, known: readonly KnownPeer[] = []) {
    this.#now = now
    for (const peer of known.toSorted((a, b) => a.lastSeenMs - b.lastSeenMs)) this.#peers.set(peer.peerId, peer)
  }

  get(peerId: string): KnownPeer | undefined {
    return this.#peers.get(peerId)
  }

  /** By operator; the one seen last, if there are several. */
  ofOperator(operator: Address): KnownPeer | undefined {
    return [...this.#peers.values()].findLast((peer) => peer.operator === operator)
  }

  all(): KnownPeer[] {
    return [...this.#peers.values()]
  }

  asked(peerId: string, exchanged: Exchanged): void {
    const isAnswered = exchanged.error === undefined
    this.#change(peerId, (peer) => ({
      ...peer,
      ...afterRequest(peer, exchanged),
      ...(isAnswered && { lastSuccessMs: this.#now() }),
    }))
  }

  served(peerId: string, { sentBytes, receivedBytes }: Exchanged): void {
    this.#change(peerId, (peer) => ({ ...peer, servedBytes: peer.servedBytes + sentBytes + receivedBytes }))
  }

  offended(peerId: string, offence: Offence): void {
    this.#change(peerId, (peer) => {
      const offences = { ...peer.offences, [offence]: (peer.offences[offence] ?? 0) + 1 }
      const isLie = LIES.has(offence)
      return { ...peer, ...(isLie && afterFault(peer)), offences }
    })
  }

  /** The peer was reached there. */
  reached(peerId: string, { addresses, operator }: { addresses: readonly string[]; operator?: Address }): void {
    this.#change(peerId, (peer) => ({
      ...peer,
      addresses: addresses.length > 0 ? addresses.slice(0, MAX_ADDRESSES) : peer.addresses,
      ...(operator && { operator }),
      lastSuccessMs: this.#now(),
    }))
  }

  /** What has changed since the last call. */
  takeChanges(): { changed: KnownPeer[]; removed: string[] } {
    const changed = [...this.#changed].flatMap((peerId) => this.#peers.get(peerId) ?? [])
    const removed = [...this.#removed]
    this.#changed.clear()
    this.#removed.clear()
    return { changed, removed }
  }

  #change(peerId: string, change: (peer: KnownPeer) => KnownPeer): void {
    const blank = { peerId, addresses: [], lastSeenMs: 0, servedBytes: 0, offences: {}, ...newPeerRecord() }
    const next = { ...change(this.#peers.get(peerId) ?? blank), lastSeenMs: this.#now() }
    this.#peers.delete(peerId)
    this.#peers.set(peerId, next)
    this.#changed.add(peerId)
    this.#removed.delete(peerId)
    if (this.#peers.size > MAX_KNOWN_PEERS) this.#forgetOne()
  }

  /** Whoever was never reached goes first, so that no number of strangers drives providers out. */
  #forgetOne(): void {
    const peers = [...this.#peers.values()]
    const victim = (peers.find(({ lastSuccessMs }) => lastSuccessMs === undefined) ?? peers[0])?.peerId
    if (victim === undefined) return
    this.#peers.delete(victim)
    this.#changed.delete(victim)
    this.#removed.add(victim)
  }
}
