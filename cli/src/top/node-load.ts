import type { LocalNode } from '../provider/local-nodes.ts'
import { probeNode } from '../provider/probe-node.ts'
import { scrapeNode } from '../provider/scrape-node.ts'

/** How busy a provider of this machine is. What it does not tell is null. */
export type NodeLoad = {
  name: string
  operator: string
  state: 'ready' | 'not ready' | 'silent' | 'ended'
  /** Of one processor. */
  cpuPercent: number | null
  memoryBytes: number | null
  storedBytes: number | null
  capacityBytes: number | null
  epoch: number | null
  lastProvenEpoch: number | null
  peers: number | null
  requestsPerSecond: number | null
}

/** What counters stood at, to tell rates by. */
type Counted = { atMs: number; cpuSeconds: number; requests: number }

/** Looks at providers again and again; rates are those since the look before, and null at the first. */
export class LoadWatch {
  readonly #before = new Map<string, Counted>()

  look(nodes: readonly LocalNode[], signal: AbortSignal): Promise<NodeLoad[]> {
    return Promise.all(nodes.map((node) => this.#lookAt(node, signal)))
  }

  async #lookAt({ name, operator, httpUrl, running }: LocalNode, signal: AbortSignal): Promise<NodeLoad> {
    const [probe, metrics] = await Promise.all([probeNode(httpUrl, signal), scrapeNode(httpUrl, signal)])
    const value = (metric: string): number | null => metrics?.get(metric) ?? null
    return {
      ...{ name, operator },
      state: !running ? 'ended' : probe.ready ? 'ready' : probe.healthy ? 'not ready' : 'silent',
      ...this.#rates(name, metrics),
      memoryBytes: value('process_resident_memory_bytes'),
      storedBytes: value('storgo_stored_bytes'),
      capacityBytes: value('storgo_capacity_bytes'),
      epoch: value('storgo_epoch'),
      lastProvenEpoch: probe.status?.lastProvenEpoch ?? null,
      peers: value('storgo_peers'),
    }
  }

  #rates(name: string, metrics: ReadonlyMap<string, number> | undefined) {
    const before = this.#before.get(name)
    const now = { atMs: performance.now(), cpuSeconds: 0, requests: 0 }
    const none = { cpuPercent: null, requestsPerSecond: null }
    if (!metrics) {
      this.#before.delete(name)
      return none
    }
    now.cpuSeconds = metrics.get('process_cpu_seconds_total') ?? 0
    // There is none before the first request.
    now.requests = metrics.get('storgo_requests_total') ?? 0
    this.#before.set(name, now)
    // A provider that was started again counts from 0.
    if (!before || now.cpuSeconds < before.cpuSeconds) return none
    const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000)
    const rate = (count: number) => Math.round((count / seconds) * 10) / 10
    return {
      cpuPercent: rate((now.cpuSeconds - before.cpuSeconds) * 100),
      requestsPerSecond: rate(Math.max(0, now.requests - before.requests)),
    }
  }
}
