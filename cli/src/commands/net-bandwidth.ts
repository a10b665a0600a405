import type { Context } from '../context.ts'
import { bandwidthReport } from '../provider/net-reports.ts'
import { type NodeChoice, readReport, runningNode } from '../provider/node-control.ts'
import { formatBytes } from '../quantities.ts'
import { table } from '../table.ts'

/** Shows how many bytes a provider has exchanged with each peer. */
export async function netBandwidth(context: Context, choice: NodeChoice): Promise<undefined> {
  const { output, signal } = context
  const node = await runningNode(context, choice)
  const report = await readReport(node, '/v1/net/bandwidth', bandwidthReport, signal)
  const columns = ({ sentBytes, receivedBytes, servedBytes }: Omit<typeof report, 'peers'>) =>
    [sentBytes, receivedBytes, servedBytes].map(formatBytes)
  const rows = report.peers.map((peer) => [peer.peerId.slice(-12), peer.operator ?? '', ...columns(peer)])
  const heading = ['peer', 'operator', 'sent to it', 'received from it', 'served']
  const text = table([heading, ...rows, ['all', '', ...columns(report)]])
  output.data('storgo.net.bandwidth/1', { provider: node.name, ...report }, text)
}
