import { setInterval } from 'node:timers'
import type { StorgoError } from '@storgo/protocol'
import { findMovedPeer } from '@storgo/sdk'
import { openKeyFile, readPasswordFile } from '@storgo/sdk/key-file'
import { type Address, bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { publishAddresses } from './chain/address-publisher.ts'
import { EpochClock } from './chain/epoch-clock.ts'
import { followChanges } from './chain/follow-changes.ts'
import { openChain } from './chain/open-chain.ts'
import { ProviderDirectory } from './chain/provider-directory.ts'
import { RetentionClock } from './chain/retention-clock.ts'
import { VolumeCache } from './chain/volume-cache.ts'
import { keepRunningConfig } from './config/keep-running-config.ts'
import type { LiveSettings } from './config/live-settings.ts'
import { prepareDiscovery } from './discovery/prepare-discovery.ts'
import { startSearching } from './discovery/start-searching.ts'
import { TwinWatch } from './identity/twin-watch.ts'
import { keepStore } from './keep-store.ts'
import { Locks } from './locks.ts'
import { NeighbourWatch } from './neighbours/neighbour-watch.ts'
import { startNetwork } from './network/start-network.ts'
import { writeNodeRecord } from './node-record.ts'
import { NodeGuard } from './peers/node-guard.ts'
import { Prover } from './prover/prover.ts'
import { serveHttp } from './serve-http.ts'
import { SlotAccess } from './slots/access.ts'
import { BehindSlots } from './slots/behind-slots.ts'
import { EndedSlots } from './slots/drop-ended.ts'
import { PenActivity } from './slots/pen-activity.ts'
import { Staging } from './slots/staging.ts'
import type { Disk } from './store/disk.ts'
import type { SlotRef } from './store/slot-store.ts'
import type { Logger } from './telemetry/logger.ts'
import { createMetrics } from './telemetry/metrics.ts'
import { startWatching } from './watch/start-watching.ts'

export type NodeDeps = {
  logger: Logger
  /** Counts milliseconds from any moment on; never goes back, never jumps. */
  nowMs: () => number
  /** The disk below `dataDir`; the system's own if not given. */
  openDisk?: OpenDisk | undefined
}
export type OpenDisk = (dataDir: string) => Disk

/** A running provider; disposing it stops everything in reverse order. */
export type ProviderNode = AsyncDisposable & {
  peerId: string
  multiaddrs: string[]
  httpUrl: string
  /** Resolves if there is no point in going on: whoever started the node disposes it. */
  failed: Promise<StorgoError>
}

const SWEEP_MS = 30_000

/**
 * Builds and starts a provider. The only place that knows which implementation is used where. Settings that can be reloaded are
 * handed on as getters, or read where they are used.
 */
export async function startProviderNode(
  settings: LiveSettings,
  { logger, nowMs, openDisk }: NodeDeps,
): Promise<ProviderNode> {
  await using resources = new AsyncDisposableStack()
  const config = settings.live
  const startedMs = nowMs()
  const metrics = createMetrics()
  const privateKey = await openKeyFile(config.operator.keyFile, await readPasswordFile(config.operator.passwordFile))
  const operator = privateKeyToAddress(bytesToHex(privateKey))
  const chain = await openChain(config.chain, privateKey)
  const { domain } = chain
  const retention = await RetentionClock.start({
    readRetentionEpochs: (options) => chain.readRetentionEpochs(options),
    logger,
  })
  const { disk, store, onCorrupt, storeWatch } = resources.use(
    await keepStore({
      settings,
      ...(openDisk && { disk: openDisk(config.dataDir) }),
      retentionEpochs: () => retention.epochs,
      binding: `chain ${domain.chainId}, contract ${domain.verifyingContract}, operator ${operator}`,
      ...{ nowMs, logger },
    }),
  )

  const clock = resources.use(
    await EpochClock.start({
      readEpoch: (options) => chain.readHead(options),
      watchBlocks: (watcher) => chain.watchBlocks(watcher),
      ...{ nowMs, logger },
    }),
  )
  const volumes = new VolumeCache({
    readFacts: (volumeId, options) => chain.readFacts(volumeId, options),
    readSessionKey: (volumeId, generation, options) => chain.readSessionKey(volumeId, generation, options),
    currentEpoch: () => clock.epoch,
    nowMs,
  })
  const staging = new Staging({
    get maxSectors() {
      return config.stagingSectors
    },
    ...{ store, nowMs },
  })
  const sweeping = setInterval(() => staging.sweep(), SWEEP_MS)
  resources.defer(() => clearInterval(sweeping))

  const access = new SlotAccess(volumes, operator)
  const behind = new BehindSlots()
  const locks = new Locks()
  const registered = async (account: typeof operator, options: { signal: AbortSignal }) =>
    (await chain.readAddresses(account, options)) !== undefined
  const directory = new ProviderDirectory(registered, nowMs)
  const isProvider = (account: Address, options: { signal: AbortSignal }) => directory.isProvider(account, options)
  const guard = resources.use(await NodeGuard.open({ dataDir: config.dataDir, now: Date.now, logger, metrics }))
  const discovery = await prepareDiscovery({ config: config.discovery, domain, isProvider, logger })
  const twins = resources.use(
    new TwinWatch({
      get configured() {
        return [...config.p2p.listen, ...config.p2p.announce]
      },
      get intervalMs() {
        return config.p2p.twinCheckSeconds * 1000
      },
      ...{ operatorKey: privateKey, domain, logger },
      readRegistered: (options) => chain.readAddresses(operator, options),
    }),
  )
  await twins.assertAlone()
  const peer = resources.use(
    await startNetwork({
      config: config.p2p,
      operatorKey: privateKey,
      domain,
      slots: {
        store,
        staging,
        volumes,
        access,
        locks,
        activity: new PenActivity({ nowMs }),
        domain,
        operator: { address: operator, privateKey },
        // When a session key expires is the chain's to say.
        nowMs: () => clock.chainTimeMs,
        onBehind: (ref) => behind.report(ref),
      },
      findPeer: findMovedPeer({
        ...(discovery && { dht: (lost, signal) => discovery.findAddress(lost, signal) }),
        registry: (lost, signal) => chain.readPeer(lost, { signal }),
        nowMs,
      }),
      ...{ isProvider, guard, discovery, logger, metrics },
    }),
  )
  guard.attach(peer.libp2p)
  const multiaddrs = () => peer.libp2p.getMultiaddrs()
  twins.start(peer.libp2p)
  settings.onChange(() => {
    twins.reconsider()
    peer.setMaxConnections(config.p2p.maxConnections)
  })
  if (discovery) {
    resources.use(
      startSearching({
        config: config.discovery,
        peer,
        discovery,
        guard,
        operatorKey: privateKey,
        chain,
        nowMs,
        logger,
      }),
    )
  }
  const watching = resources.use(
    startWatching({
      config: config.watch,
      services: { store: disk, locks, volumes, domain, operator: { address: operator, privateKey } },
      ...{ peer, chain, behind, onCorrupt, nowMs, logger, metrics },
    }),
  )
  settings.onChange(() => watching.reconsider())

  const onBehind = (ref: SlotRef) => behind.report(ref)
  const prover = resources.use(
    new Prover({
      get settleEveryEpochs() {
        return config.settleEveryEpochs
      },
      ...{ chain, store, operator, onBehind, logger, metrics },
    }),
  )
  const neighbours = resources.use(
    new NeighbourWatch({
      get maxAnchorsPerEpoch() {
        return config.neighbours.maxAnchorsPerEpoch
      },
      ...{ chain, store, volumes, operator, logger, metrics },
    }),
  )
  const forget = (volumeId: bigint) => volumes.forget(volumeId)
  const readChangedVolumes: typeof chain.readChangedVolumes = (blocks, options) =>
    chain.readChangedVolumes(blocks, options)
  clock.onReorganisation(() => {
    metrics.reorganisations.inc()
    volumes.forgetAll()
    prover.onReorganisation()
  })
  clock.onHead(followChanges(clock.head, { readChangedVolumes, forget, logger }))
  clock.onHead((head) => prover.onBlock(head))
  clock.onHead((head) => neighbours.onBlock(head))
  clock.onHead((head) => retention.onHead(head))
  const addresses = () => multiaddrs().map(({ bytes }) => bytes)
  clock.onHead(publishAddresses({ chain, operator, addresses, assertAlone: () => twins.assertAlone(), logger }))
  const ended = resources.use(
    new EndedSlots({ store, volumes, operator, readBook: (options) => chain.readBook(options), logger }),
  )
  clock.onHead((head) => ended.onHead(head))

  const http = resources.use(
    await serveHttp({ settings, metrics, operator, chain, clock, store, prover, peer, guard, discovery }),
  )

  const record = { peerId: peer.libp2p.peerId.toString(), multiaddrs: multiaddrs().map(String), httpUrl: http.url }
  resources.use(await keepRunningConfig(config.dataDir, { settings, logger }))
  resources.use(await writeNodeRecord(config.dataDir, { pid: process.pid, operator, ...record }))
  logger.info({ operator, ...record, epoch: clock.epoch, startMs: nowMs() - startedMs }, 'provider is ready')
  const running = resources.move()
  return {
    ...record,
    failed: Promise.race([storeWatch.unreadable, twins.found]),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
