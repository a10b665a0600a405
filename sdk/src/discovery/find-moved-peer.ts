import type { Address } from 'viem'
import type { FindPeer } from '../net/create-peer.ts'
import type { PeerAddress } from '../net/peer-address.ts'

/** A peer that nobody could find is not looked for again so soon: every request to it would cost a lookup. */
const FRUITLESS_MS = 15_000
const MAX_REMEMBERED = 1_000
const DHT_MS = 2_000
const REGISTRY_MS = 3_000

type Source = (operator: Address, signal: AbortSignal) => Promise<PeerAddress | undefined>

export type FindPeerOptions = {
  /** Absent when there is no DHT. */
  dht?: Source
  registry: Source
  nowMs: () => number
}

/** Looks for a provider that has moved: in the DHT, which knows sooner, then in the registry. */
export function findMovedPeer({ dht, registry, nowMs }: FindPeerOptions): FindPeer {
  const fruitless = new Map<string, number>()
  const ask = async (source: Source | undefined, lost: PeerAddress, timeoutMs: number) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const found = await source?.(lost.operator, signal).catch(() => undefined)
    return found && isElsewhere(found, lost) ? found : undefined
  }
  return async (lost) => {
    const key = lost.peerId.toString()
    if ((fruitless.get(key) ?? Number.NEGATIVE_INFINITY) > nowMs()) return undefined
    const found = (await ask(dht, lost, DHT_MS)) ?? (await ask(registry, lost, REGISTRY_MS))
    fruitless.delete(key)
    if (found) return found
    fruitless.set(key, nowMs() + FRUITLESS_MS)
    const oldest = fruitless.size > MAX_REMEMBERED ? fruitless.keys().next() : undefined
    if (oldest?.done === false) fruitless.delete(oldest.value)
    return undefined
  }
}

/** Whether `found` has an address that was not tried. */
function isElsewhere(found: PeerAddress, lost: PeerAddress): boolean {
  return found.multiaddrs.some((address) => !lost.multiaddrs.some((tried) => tried.equals(address)))
}
