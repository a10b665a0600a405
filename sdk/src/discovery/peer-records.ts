import type { Exchanged, Offence, PeerGuard } from '../net/peer-guard.ts'
import { afterFault, afterRequest, newPeerRecord, type PeerRecord } from './peer-record.ts'

const MAX_PEERS = 1_000

/** A peer id, or its text. */
type PeerName = { toString(): string }

/** How the providers that a client asked have done since it was made: to a client what its peer book is to a node. It bans nobody. */
export class PeerRecords implements PeerGuard {
  /** In the order in which they were asked last. */
  readonly #records = new Map<string, PeerRecord>()

  /** Of how many something is known. */
  get size(): number {
    return this.#records.size
  }

  recordOf(peer: PeerName): PeerRecord | undefined {
    return this.#records.get(peer.toString())
  }

  asked(peer: PeerName, exchanged: Exchanged): void {
    this.#change(peer, (record) => afterRequest(record, exchanged))
  }

  offended(peer: PeerName, offence: Offence): void {
    if (offence === 'bytes-false') this.#change(peer, afterFault)
  }

  bannedFor(): undefined {
    return undefined
  }

  /** A client serves nobody. */
  served(): void {}

  #change(peer: PeerName, change: (record: PeerRecord) => PeerRecord): void {
    const key = peer.toString()
    const next = change(this.#records.get(key) ?? newPeerRecord())
    this.#records.delete(key)
    this.#records.set(key, next)
    const oldest = this.#records.size > MAX_PEERS ? this.#records.keys().next() : undefined
    if (oldest?.done === false) this.#records.delete(oldest.value)
  }
}
