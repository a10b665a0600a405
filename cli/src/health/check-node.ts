import { statfs } from 'node:fs/promises'
import type { LocalNode } from '../provider/local-nodes.ts'
import { type NodeProbe, probeNode } from '../provider/probe-node.ts'
import { failingChecks, scrapeNode } from '../provider/scrape-node.ts'
import { formatBytes } from '../quantities.ts'
import type { Finding } from './finding.ts'

/** Epochs that a provider may be behind in proving: it may prove until the end of one. */
const UNPROVEN_EPOCHS = 2
/** A proof, a journal and a log still fit. */
const LEAST_FREE_BYTES = 256 * 2 ** 20
const LAG_SECONDS = 120

/** How a provider of this machine does. @param epoch of the chain, as far as that is known. */
export async function checkNode(node: LocalNode, epoch: number | undefined, signal: AbortSignal): Promise<Finding> {
  const { name, httpUrl, running, pid } = node
  const finding = (problem: string | undefined, next: string, state = ''): Finding => {
    return { area: 'node', subject: name, ok: problem === undefined, state: problem ?? state, next }
  }
  if (!running) return finding(`its process ${pid} has ended`, 'storgo doctor --fix')
  const [probe, metrics] = await Promise.all([probeNode(httpUrl, signal), scrapeNode(httpUrl, signal)])
  if (!probe.healthy) return finding(`process ${pid} does not answer at ${httpUrl}`, `storgo logs --node ${name}`)
  if (!probe.ready) {
    const failing = await failingChecks(httpUrl, signal)
    return finding(`not ready: ${failing.join(', ') || 'no reason given'}`, `storgo logs --node ${name} --level warn`)
  }
  const lag = metrics?.get('storgo_chain_lag_seconds') ?? 0
  if (lag > LAG_SECONDS) return finding(`it has seen no new block for ${Math.round(lag)} s`, 'storgo health')
  const unproven = unprovenEpochs(probe, epoch)
  if (unproven !== undefined) return finding(unproven, `storgo logs --node ${name} --grep proof`)
  const disk = await diskProblem(node)
  if (disk !== undefined) return finding(disk, `df -h ${node.dataDir}`)
  const behind = metrics?.get('storgo_slots_behind') ?? 0
  if (behind > 0) return finding(`${behind} of its slots are behind`, `storgo logs --node ${name} --level warn`)
  return finding(undefined, '', describe(probe))
}

function unprovenEpochs({ status }: NodeProbe, epoch: number | undefined): string | undefined {
  if (status === undefined) return 'it answers nothing under /status'
  const { slots, lastProvenEpoch } = status
  const now = epoch ?? status.epoch
  // Its first proof is due in the epoch after the one in which it took a slot; before that it has none to show.
  if (slots.length === 0 || lastProvenEpoch === null || lastProvenEpoch === undefined) return undefined
  if (now - lastProvenEpoch <= UNPROVEN_EPOCHS) return undefined
  return `it proved epoch ${lastProvenEpoch} last, and it is epoch ${now}`
}

async function diskProblem({ dataDir }: LocalNode): Promise<string | undefined> {
  const disk = await statfs(dataDir).catch(() => undefined)
  if (disk === undefined) return `its data folder ${dataDir} cannot be read`
  const free = disk.bavail * disk.bsize
  return free < LEAST_FREE_BYTES ? `its disk has ${formatBytes(free)} left` : undefined
}

function describe({ status }: NodeProbe): string {
  if (status === undefined) return 'ready'
  const { slots, storedBytes, lastProvenEpoch } = status
  const proven = lastProvenEpoch === null || lastProvenEpoch === undefined ? '' : `, proved epoch ${lastProvenEpoch}`
  return `ready, ${slots.length} ${slots.length === 1 ? 'slot' : 'slots'}, ${formatBytes(storedBytes)}${proven}`
}
