import type { Context } from '../context.ts'
import { type PeerReport, peersReport } from '../provider/net-reports.ts'
import { readReport, runningNode } from '../provider/node-control.ts'
import { formatBytes } from '../quantities.ts'
import { table } from '../table.ts'
import type { NetPeersFlags } from '../tree/net-commands.ts'

const HEADING = ['peer', 'operator', 'state', 'round trip', 'answers', 'availability', 'faults', 'throughput']

/** Shows the peers of a provider. */
export async function netPeers(context: Context, flags: NetPeersFlags): Promise<undefined> {
  const { output, signal } = context
  const node = await runningNode(context, flags)
  const report = await readReport(node, '/v1/net/peers', peersReport, signal)
  const peers = report.peers.filter(({ connections, ban }) => flags.all || connections.length > 0 || ban)
  output.data('storgo.net.peers/1', { provider: node.name, peers }, table([HEADING, ...peers.map(rowOf)]))
}

function rowOf({ peerId, operator, connections, responseMs, availability, faults, bytesPerSecond, ban }: PeerReport) {
  const [first] = connections
  const state = ban ? `banned: ${ban.reason}` : first ? first.direction : 'remembered'
  return [
    ...[peerId.slice(-12), operator ?? '', state, inMs(first?.rttMs), inMs(responseMs)],
    ...[availability === undefined ? '' : `${Math.round(availability * 100)} %`, faults ? String(faults) : ''],
    bytesPerSecond === undefined ? '' : `${formatBytes(Math.round(bytesPerSecond))}/s`,
  ]
}

const inMs = (ms: number | undefined) => (ms === undefined ? '' : `${Math.round(ms * 10) / 10} ms`)
