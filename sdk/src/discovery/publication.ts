/** Peers that a record is put to, if there are so many: Kademlia's k. */
const WANTED_HOLDERS = 20
const REPUBLISH_MS = 3_600_000
/** The record moves on when so many times as many peers are known as when it was put: others are the closest to its key now. */
const GROWTH = 1.5

/** What a node knows when it decides whether its address record has to be put again. */
export type PublicationState = {
  nowMs: number
  /** Of the record, as one text. */
  addresses: string
  /** Peers in its routing table. */
  contacts: number
}

/**
 * When a node's address record is put where others look for it: at first, every hour, when it has moved, and as long as it is
 * not well kept. A node that has just joined knows few peers. Those that it finds closest are often not the ones that are asked
 * for the record later, so it is put again as the table grows, and when fewer than half of those wanted keep it.
 */
export class Publication {
  #last: (PublicationState & { kept: number }) | undefined

  isDue({ nowMs, addresses, contacts }: PublicationState): boolean {
    const last = this.#last
    if (!last || addresses !== last.addresses || nowMs >= last.nowMs + REPUBLISH_MS) return true
    return contacts >= GROWTH * last.contacts + 1 || last.kept < Math.min(WANTED_HOLDERS, contacts) / 2
  }

  /** @param kept how many peers said that they keep the record that was put in that state. */
  done(state: PublicationState, kept: number): void {
    this.#last = kept > 0 ? { ...state, kept } : undefined
  }
}
