import { isStorgoError, StorgoError } from '@storgo/protocol'
import { connectionTo, type Peer, type PeerAddress } from '@storgo/sdk'
import type { Discovery } from '@storgo/sdk/discovery'

/** One step on the way to a peer: what was tried, how long it took and what came of it. */
export type TraceStep = { step: string; ms: number; outcome: string }

const STEP_MS = 5_000

export type PeerSources = {
  /** Where the peer was reached last, as far as is remembered. */
  remembered: PeerAddress | undefined
  dht: ((signal: AbortSignal) => Promise<PeerAddress | undefined>) | undefined
  registry: (signal: AbortSignal) => Promise<PeerAddress | undefined>
}

/** Looks a peer up everywhere, connects to it, and tells each step. Never throws: failures are outcomes. */
export async function tracePeer(
  peer: Peer,
  discovery: Discovery | undefined,
  { remembered, dht, registry }: PeerSources,
): Promise<{ steps: TraceStep[]; reached: boolean }> {
  const steps: TraceStep[] = []
  const step = async <T>(name: string, work: (signal: AbortSignal) => Promise<T>, tell: (result: T) => string) => {
    const startedMs = performance.now()
    const ended = (outcome: string) => {
      steps.push({ step: name, ms: Math.round((performance.now() - startedMs) * 10) / 10, outcome })
    }
    try {
      const result = await work(AbortSignal.timeout(STEP_MS))
      ended(tell(result))
      return result
    } catch (error) {
      ended(isStorgoError(error) ? `${error.code}: ${error.message}` : String(error))
      return undefined
    }
  }
  const where = (found: PeerAddress | undefined) => found?.multiaddrs.join(' ') || 'not known'
  if (remembered) steps.push({ step: 'remembered', ms: 0, outcome: where(remembered) })
  const registered = await step('registry', registry, where)
  const published = dht && (await step('DHT', dht, where))
  const to = published ?? registered ?? remembered
  if (!to) return { steps, reached: false }
  const connection = await step(
    'connect and hello',
    () => connectionTo(peer, to),
    ({ remoteAddr, encryption, multiplexer }) => [remoteAddr, encryption, multiplexer].join(' '),
  )
  if (connection && discovery) {
    await step(
      'ping',
      (signal) => discovery.ping(to.peerId, signal),
      (ms) => `${ms} ms there and back`,
    )
  }
  return { steps, reached: connection !== undefined }
}

/** @throws {StorgoError} `PEER_UNREACHABLE` if nobody knows where the peer is. */
export function knownPlace(sources: readonly (PeerAddress | undefined)[]): PeerAddress {
  const known = sources.find((address) => address !== undefined && address.multiaddrs.length > 0)
  if (known) return known
  throw new StorgoError('PEER_UNREACHABLE', 'Nobody knows where this peer is.')
}
