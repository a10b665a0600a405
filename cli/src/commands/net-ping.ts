import type { Context } from '../context.ts'
import { pingReport } from '../provider/net-reports.ts'
import { control, type NodeChoice, runningNode } from '../provider/node-control.ts'

/** Measures the time from a provider to a peer and back. */
export async function netPing(context: Context, peer: string, choice: NodeChoice): Promise<undefined> {
  const { output, signal } = context
  const node = await runningNode(context, choice)
  const ping = await control(node, '/v1/control/ping', { body: { peer }, schema: pingReport, signal })
  const lines = [`${ping.operator} at ${ping.address}`, ...ping.ms.map((ms) => `${ms} ms`)]
  output.data('storgo.net.ping/1', { provider: node.name, ...ping }, lines.join('\n'))
}
