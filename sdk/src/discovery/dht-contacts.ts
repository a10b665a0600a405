import type { PeerId } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'

/** The part of the DHT's routing table that its published types leave out. */
type Contacts = {
  size: number
  remove(peer: PeerId): Promise<void>
  kb: { toIterable(): Iterable<{ peerId: PeerId; kadId: Uint8Array }> }
}

/** The routing table of a DHT; `undefined` if this version of the package has none of that shape. */
export function contactsOf(dht: KadDHT): Contacts | undefined {
  return hasContacts(dht) ? dht.routingTable : undefined
}

function hasContacts(dht: object): dht is { routingTable: Contacts } {
  if (!('routingTable' in dht)) return false
  const { routingTable: table } = dht
  if (typeof table !== 'object' || table === null || !('remove' in table) || !('kb' in table)) return false
  return typeof table.kb === 'object' && table.kb !== null && 'toIterable' in table.kb
}

/** Contacts by how many leading bits they share with `own`, as Kademlia's buckets have them. */
export function bucketsOf(contacts: Contacts, own: Uint8Array): { sharedBits: number; contacts: number }[] {
  const counts = new Map<number, number>()
  for (const { kadId } of contacts.kb.toIterable()) {
    const bits = sharedBits(kadId, own)
    counts.set(bits, (counts.get(bits) ?? 0) + 1)
  }
  return [...counts]
    .map(([bits, count]) => ({ sharedBits: bits, contacts: count }))
    .sort((a, b) => a.sharedBits - b.sharedBits)
}

function sharedBits(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at < 0 ? a.length * 8 : at * 8 + Math.clz32((a[at] as number) ^ (b[at] ?? 0)) - 24
}
