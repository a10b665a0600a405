import {
  type SigningDomain,
  SLOT_CERTIFY_PROTOCOL,
  SLOT_COMMIT_PROTOCOL,
  SLOT_HISTORY_PROTOCOL,
  SLOT_PEN_PROTOCOL,
  SLOT_READ_PROTOCOL,
  SLOT_RELEASE_PROTOCOL,
  SLOT_STATE_PROTOCOL,
  SLOT_SYNC_PROTOCOL,
  SLOT_WRITE_PROTOCOL,
} from '@storgo/protocol'
import {
  answerHello,
  createPeer,
  type FindPeer,
  type Peer,
  type PeerExtension,
  type PeerGuard,
  serveRequests,
} from '@storgo/sdk'
import type { Address } from 'viem'
import type { NodeConfig } from '../config/schema.ts'
import { noticingLies } from '../peers/notice-lies.ts'
import { SLOT_PROTOCOLS, type SlotProtocol, slotHandler } from '../slots/slot-handlers.ts'
import type { SlotServices } from '../slots/slot-services.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { carrierListenOf } from './carrier-listen.ts'
import { limitConnectionsPerPeer } from './connections-per-peer.ts'
import { measured } from './measured.ts'

const AGENT = 'storgo-node/0.1.0'

/**
 * Requests answered at a time and the time each may take, by protocol. Each holds up to some MiB while it runs. What brings bulk
 * may be on its way when the network goes away for a while; and on a slow path what asks for some is agreed on behind other bulk.
 */
const LIMITS = {
  [SLOT_STATE_PROTOCOL]: { maxConcurrent: 64, timeoutMs: 10_000 },
  [SLOT_PEN_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
  [SLOT_WRITE_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 60_000 },
  [SLOT_COMMIT_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 60_000 },
  [SLOT_CERTIFY_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 30_000 },
  [SLOT_READ_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 60_000 },
  [SLOT_SYNC_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
  [SLOT_HISTORY_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
  [SLOT_RELEASE_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
} as const satisfies Record<SlotProtocol, object>

/** What is signed comes with these: who sends what does not hold is noticed. */
const TELLS_OF_LIES: ReadonlySet<SlotProtocol> = new Set([SLOT_COMMIT_PROTOCOL, SLOT_CERTIFY_PROTOCOL])

export type NetworkOptions = {
  /** Live: the connections of one peer are bounded by what it says at the moment. */
  config: NodeConfig['p2p']
  operatorKey: Uint8Array
  domain: SigningDomain
  slots: SlotServices
  isProvider: (account: Address, options: { signal: AbortSignal }) => Promise<boolean>
  guard: PeerGuard
  /** Asked when a provider cannot be reached. */
  findPeer: FindPeer
  /** Absent when nothing but the registry leads to peers. */
  discovery?: { extension: PeerExtension; attach(peer: Peer): void } | undefined
  logger: Logger
  metrics: Metrics
}

/** Listens, greets, and answers the slot protocols. */
export async function startNetwork(options: NetworkOptions): Promise<Peer> {
  const { config, operatorKey, domain, slots, isProvider, guard, findPeer, discovery, logger, metrics } = options
  return createPeer({
    identity: { privateKey: operatorKey, domain, agent: AGENT },
    privateKey: operatorKey,
    listen: config.listen,
    get announce() {
      return config.announce
    },
    ...carrierListenOf(config),
    ...{ guard, findPeer, ...(discovery && { extension: discovery.extension }) },
    limits: {
      maxConnections: config.maxConnections,
      // On loopback everybody has the same address, so a bound per address would bound all.
      inboundConnectionThreshold: config.listen.every(isLoopback) ? Number.POSITIVE_INFINITY : 5,
    },
    beforeListening: async (peer) => {
      limitConnectionsPerPeer(peer, () => config.maxConnectionsPerPeer)
      discovery?.attach(peer)
      await answerHello(peer, { isProvider })
      for (const protocol of SLOT_PROTOCOLS) {
        const handler = slotHandler(protocol, slots)
        const wary = TELLS_OF_LIES.has(protocol) ? noticingLies(handler, guard) : handler
        await serveRequests(peer, protocol, measured(protocol, wary, { metrics, logger }), LIMITS[protocol])
      }
    },
  })
}

function isLoopback(address: string): boolean {
  return /^\/ip4\/127\.|^\/ip6\/::1\/|^\/dns[46]?\/localhost\//.test(address)
}
