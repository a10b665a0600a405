import type { Context } from '../context.ts'
import { bansReport } from '../provider/net-reports.ts'
import { type NodeChoice, readReport, runningNode } from '../provider/node-control.ts'
import { table } from '../table.ts'

/** Shows whom a provider has banned, why and until when. */
export async function nodeBans(context: Context, choice: NodeChoice): Promise<undefined> {
  const { output, signal } = context
  const node = await runningNode(context, choice)
  const { bans } = await readReport(node, '/v1/net/bans', bansReport, signal)
  const rows = bans.map(({ peerId, reason, by, sinceMs, untilMs }) => [
    ...[peerId, reason, by, new Date(sinceMs).toISOString()],
    untilMs === null ? 'until lifted' : new Date(untilMs).toISOString(),
  ])
  const text = bans.length === 0 ? 'nobody is banned' : table([['peer', 'reason', 'by', 'since', 'until'], ...rows])
  output.data('storgo.node.bans/1', { provider: node.name, bans }, text)
}
