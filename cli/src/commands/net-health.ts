import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { dhtReport, peersReport } from '../provider/net-reports.ts'
import { type NodeChoice, type RunningNode, readReport, runningNodes } from '../provider/node-control.ts'
import { table } from '../table.ts'

type NetHealth = {
  provider: string
  healthy: boolean
  connected: number
  banned: number
  contacts: number | undefined
  medianRttMs: number | undefined
  lookups: number
  failedLookups: number
  problem: string | undefined
}

/** Tells whether providers are among others: exit code 5 if one is not. */
export async function netHealth(context: Context, choice: NodeChoice): Promise<ExitCode> {
  const { output, signal } = context
  const nodes = await runningNodes(context, choice)
  const providers = await Promise.all(nodes.map((node) => healthOf(node, signal)))
  const rows = providers.map(
    ({ provider, connected, contacts, medianRttMs, lookups, failedLookups, banned, problem }) => [
      ...[provider, problem ?? 'healthy', String(connected), String(contacts ?? 'off')],
      ...[
        medianRttMs === undefined ? '' : `${medianRttMs} ms`,
        `${lookups - failedLookups} of ${lookups}`,
        String(banned),
      ],
    ],
  )
  const heading = ['provider', 'state', 'connected', 'contacts', 'round trip', 'lookups', 'banned']
  output.data('storgo.net.health/1', { providers }, table([heading, ...rows]))
  return providers.every(({ healthy }) => healthy) ? EXIT.ok : EXIT.unhealthy
}

async function healthOf(node: RunningNode, signal: AbortSignal): Promise<NetHealth> {
  const nothing = { connected: 0, banned: 0, contacts: undefined, medianRttMs: undefined, lookups: 0, failedLookups: 0 }
  try {
    const [{ peers }, dht] = await Promise.all([
      readReport(node, '/v1/net/peers', peersReport, signal),
      readReport(node, '/v1/net/dht', dhtReport, signal).catch(unlessOff),
    ])
    const connected = peers.filter(({ connections }) => connections.length > 0)
    const rtts = connected.flatMap(({ connections }) => connections[0]?.rttMs ?? []).sort((a, b) => a - b)
    const lookups = Object.values(dht?.lookups ?? {})
    const sum = (count: (each: (typeof lookups)[number]) => number) =>
      lookups.reduce((all, each) => all + count(each), 0)
    const problem = connected.length === 0 ? 'no peers' : dht?.contacts === 0 ? 'nobody in the hash table' : undefined
    return {
      ...{ provider: node.name, healthy: problem === undefined, problem },
      ...{ connected: connected.length, banned: peers.filter(({ ban }) => ban).length, contacts: dht?.contacts },
      medianRttMs: rtts[rtts.length >> 1],
      ...{ lookups: sum(({ total }) => total), failedLookups: sum(({ failed }) => failed) },
    }
  } catch (error) {
    signal.throwIfAborted()
    const problem = error instanceof StorgoError ? error.message : String(error)
    return { provider: node.name, healthy: false, problem, ...nothing }
  }
}

/** A provider whose hash table is switched off may be healthy all the same. */
function unlessOff(error: unknown): undefined {
  if (!(error instanceof StorgoError && error.code === 'CONFIG_INVALID')) throw error
}
