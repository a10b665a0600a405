import { NotFoundError, type PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { BaseDatastore } from 'datastore-core'
import { Key, type KeyQuery, type Pair, type Query } from 'interface-datastore'

/** What the DHT keeps for others, and what libp2p remembers of peers. `per`: of one announcing peer. */
export type RoutingBounds = { announcements: number; announcementsPerPeer: number; records: number; peers: number }

const DEFAULTS: RoutingBounds = { announcements: 20_000, announcementsPerPeer: 1_000, records: 10_000, peers: 10_000 }

type Family = 'announcements' | 'records' | 'peers'

/**
 * Keeps the DHT's and the peer store's entries in memory, each kind up to a bound: then the oldest goes. libp2p itself keeps
 * whatever anybody sends, for as long as it runs.
 */
export class RoutingStore extends BaseDatastore {
  /** By all of a key but its last name: the announcements of one content are together. */
  readonly #groups = new Map<string, Map<string, Uint8Array>>()
  /** Keys of each kind, oldest first. */
  readonly #ages: Record<Family, Set<string>> = { announcements: new Set(), records: new Set(), peers: new Set() }
  readonly #announcedBy = new Map<string, number>()
  readonly #bounds: RoutingBounds
  readonly #mayAnnounce: (peer: PeerId) => Promise<boolean>

  /** @param mayAnnounce whether to keep what a peer says that it has. */
  constructor(mayAnnounce: (peer: PeerId) => Promise<boolean>, bounds: Partial<RoutingBounds> = {}) {
    super()
    this.#mayAnnounce = mayAnnounce
    this.#bounds = { ...DEFAULTS, ...bounds }
  }

  /** Entries of each kind. */
  get sizes(): Record<Family, number> {
    const { announcements, records, peers } = this.#ages
    return { announcements: announcements.size, records: records.size, peers: peers.size }
  }

  override async put(key: Key, value: Uint8Array): Promise<Key> {
    const text = key.toString()
    const family = familyOf(text)
    if (family === 'announcements' && !(await this.#takesAnnouncement(text))) return key
    this.delete(key)
    const group = this.#groups.get(parentOf(text)) ?? new Map<string, Uint8Array>()
    this.#groups.set(parentOf(text), group.set(text, value))
    this.#ages[family].add(text)
    if (family === 'announcements') this.#count(text, 1)
    const [oldest] = this.#ages[family]
    if (oldest !== undefined && this.#ages[family].size > this.#bounds[family]) this.delete(new Key(oldest))
    return key
  }

  override get(key: Key): Uint8Array {
    const text = key.toString()
    const value = this.#groups.get(parentOf(text))?.get(text)
    if (value === undefined) throw new NotFoundError(`There is no ${text}.`)
    return value
  }

  override has(key: Key): boolean {
    const text = key.toString()
    return this.#groups.get(parentOf(text))?.has(text) === true
  }

  override delete(key: Key): void {
    const text = key.toString()
    const group = this.#groups.get(parentOf(text))
    if (!group?.delete(text)) return
    if (group.size === 0) this.#groups.delete(parentOf(text))
    const family = familyOf(text)
    this.#ages[family].delete(text)
    if (family === 'announcements') this.#count(text, -1)
  }

  override *_all({ prefix }: Query): Generator<Pair> {
    const asked = prefix === undefined ? undefined : this.#groups.get(prefix)
    // A copy, since whoever asks may delete what it is shown.
    for (const group of asked ? [asked] : [...this.#groups.values()]) {
      for (const [text, value] of [...group]) yield { key: new Key(text), value }
    }
  }

  override *_allKeys(query: KeyQuery): Generator<Key> {
    for (const { key } of this._all({ ...(query.prefix !== undefined && { prefix: query.prefix }) })) yield key
  }

  async #takesAnnouncement(text: string): Promise<boolean> {
    const peer = peerOf(text)
    const isKnown = this.#groups.get(parentOf(text))?.has(text) === true
    if (!isKnown && (this.#announcedBy.get(peer) ?? 0) >= this.#bounds.announcementsPerPeer) return false
    return this.#mayAnnounce(peerIdFromString(peer))
  }

  #count(text: string, change: 1 | -1): void {
    const peer = peerOf(text)
    const count = (this.#announcedBy.get(peer) ?? 0) + change
    if (count > 0) this.#announcedBy.set(peer, count)
    else this.#announcedBy.delete(peer)
  }
}

function familyOf(key: string): Family {
  if (key.startsWith('/dht/provider/')) return 'announcements'
  return key.startsWith('/dht/record/') ? 'records' : 'peers'
}

/** An announcement's key ends in the peer that made it. */
const peerOf = (key: string) => key.slice(key.lastIndexOf('/') + 1)

const parentOf = (key: string) => key.slice(0, key.lastIndexOf('/'))
