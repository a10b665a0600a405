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
  type RequestHandler,
  serveRequests,
} from '@storgo/sdk'
import type { Address } from 'viem'
import type { NodeConfig } from '../config/schema.ts'
import { noticingLies } from '../peers/notice-lies.ts'
import { slotCertify } from '../slots/slot-certify.ts'
import { slotCommit } from '../slots/slot-commit.ts'
import { slotHistory } from '../slots/slot-history.ts'
import { slotPen } from '../slots/slot-pen.ts'
import { slotRead } from '../slots/slot-read.ts'
import { slotRelease } from '../slots/slot-release.ts'
import type { SlotServices } from '../slots/slot-services.ts'
import { slotState } from '../slots/slot-state.ts'
import { slotSync } from '../slots/slot-sync.ts'
import { slotWrite } from '../slots/slot-write.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { carrierListenOf } from './carrier-listen.ts'
import { limitConnectionsPerPeer } from './connections-per-peer.ts'
import { measured } from './measured.ts'

const AGENT = 'storgo-node/0.1.0'

/** Requests answered at a time and the time each may take, by protocol. Each holds up to some MiB while it runs. */
const LIMITS = {
  [SLOT_STATE_PROTOCOL]: { maxConcurrent: 64, timeoutMs: 10_000 },
  [SLOT_PEN_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
  [SLOT_WRITE_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 30_000 },
  [SLOT_COMMIT_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 30_000 },
  [SLOT_CERTIFY_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 30_000 },
  [SLOT_READ_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
  [SLOT_SYNC_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
  [SLOT_HISTORY_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
  [SLOT_RELEASE_PROTOCOL]: { maxConcurrent: 32, timeoutMs: 15_000 },
} as const

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
  const handlers: Record<keyof typeof LIMITS, RequestHandler> = {
    [SLOT_STATE_PROTOCOL]: slotState(slots),
    [SLOT_PEN_PROTOCOL]: slotPen(slots),
    [SLOT_WRITE_PROTOCOL]: slotWrite(slots),
    [SLOT_COMMIT_PROTOCOL]: noticingLies(slotCommit(slots), guard),
    [SLOT_CERTIFY_PROTOCOL]: noticingLies(slotCertify(slots), guard),
    [SLOT_READ_PROTOCOL]: slotRead(slots),
    [SLOT_SYNC_PROTOCOL]: slotSync(slots),
    [SLOT_HISTORY_PROTOCOL]: slotHistory(slots),
    [SLOT_RELEASE_PROTOCOL]: slotRelease(slots),
  }
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
      for (const protocol of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
        const handle = measured(protocol, handlers[protocol], { metrics, logger })
        await serveRequests(peer, protocol, handle, LIMITS[protocol])
      }
    },
  })
}

function isLoopback(address: string): boolean {
  return /^\/ip4\/127\.|^\/ip6\/::1\/|^\/dns[46]?\/localhost\//.test(address)
}
