import type { Multiaddr } from '@multiformats/multiaddr'
import type { Peer } from '@storgo/sdk'
import type { Discovery } from '@storgo/sdk/discovery'
import type { Address } from 'viem'
import type { EpochClock } from './chain/epoch-clock.ts'
import type { ProviderChain } from './chain/provider-chain.ts'
import { rememberBook } from './chain/remember-book.ts'
import type { LiveSettings } from './config/live-settings.ts'
import { controlApi } from './control/control-api.ts'
import { writeControlToken } from './control/control-token.ts'
import type { NodeGuard } from './peers/node-guard.ts'
import type { Prover } from './prover/prover.ts'
import { bytesOf, type NodeStatus, slotStatuses } from './status.ts'
import type { SlotStore } from './store/slot-store.ts'
import { registerDhtGauges } from './telemetry/dht-gauges.ts'
import { startHttpServer } from './telemetry/http-server.ts'
import { type Metrics, registerGauges } from './telemetry/metrics.ts'

const STATUS_TIMEOUT_MS = 5_000

export type ServeHttpOptions = {
  settings: LiveSettings
  metrics: Metrics
  operator: Address
  chain: Pick<ProviderChain, 'readBook' | 'readPeer'>
  clock: EpochClock
  store: SlotStore
  prover: Prover
  peer: Peer
  guard: NodeGuard
  discovery: Discovery | undefined
}

/** Serves what a running node tells of itself, and what the holder of its control token may have it do. */
export async function serveHttp(options: ServeHttpOptions): Promise<{ url: string } & AsyncDisposable> {
  const { settings, metrics, operator, chain, clock, store, prover, peer, guard, discovery } = options
  const config = settings.live
  const multiaddrs = (): Multiaddr[] => peer.libp2p.getMultiaddrs()
  const peers = () => peer.libp2p.getConnections().length
  registerGauges(metrics, {
    usage: () => store.usage(),
    health: () => store.health(),
    peers,
    chain: () => ({ epoch: clock.epoch, block: Number(clock.head.block), secondsSinceBlock: clock.secondsSinceBlock }),
  })
  if (discovery) registerDhtGauges(metrics, () => discovery.report(peer.libp2p.peerId))
  const lastBook = rememberBook((reading) => chain.readBook(reading))
  const status = async (): Promise<NodeStatus> => {
    const book = await lastBook({ signal: AbortSignal.timeout(STATUS_TIMEOUT_MS) })
    return {
      operator,
      peerId: peer.libp2p.peerId.toString(),
      multiaddrs: multiaddrs().map(String),
      ...{ epoch: clock.epoch, block: clock.head.block, lastProvenEpoch: prover.lastProvenEpoch },
      peers: peers(),
      ...bytesOf(store.usage()),
      store: store.health(),
      slots: await slotStatuses(store, book),
      config: settings.report,
    }
  }
  const api = controlApi({
    ...{ peer, guard, discovery, mayControl: await writeControlToken(config.dataDir) },
    registry: (account, reading) => chain.readPeer(account, reading),
  })
  const checks = async () => {
    const { writable, readable, full } = store.health()
    return {
      chain: clock.isAlive,
      listening: multiaddrs().length > 0,
      store: writable && readable && full === undefined,
    }
  }
  return startHttpServer({ ...config.http, metrics, checks, status, api })
}
