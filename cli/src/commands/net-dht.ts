import type { Context } from '../context.ts'
import { dhtReport } from '../provider/net-reports.ts'
import { type NodeChoice, readReport, runningNode } from '../provider/node-control.ts'
import { table } from '../table.ts'

/** Shows a provider's part of the hash table. */
export async function netDht(context: Context, choice: NodeChoice): Promise<undefined> {
  const { output, signal } = context
  const node = await runningNode(context, choice)
  const dht = await readReport(node, '/v1/net/dht', dhtReport, signal)
  const { contacts, buckets, kept, dropped, lookups, protocol } = dht
  const rows = Object.entries(lookups).map(([kind, { total, failed, medianMs, p99Ms }]) => {
    const ms = (value: number | undefined) => (value === undefined ? '' : `${Math.round(value)} ms`)
    return [kind, String(total), String(failed), ms(medianMs), ms(p99Ms)]
  })
  const lines = [
    `protocol  ${protocol}`,
    `contacts  ${contacts} in ${buckets.length} buckets (${buckets.map((each) => each.contacts).join(' ')})`,
    `dropped   ${dropped} that kept silent`,
    `kept      ${kept.records} address records, ${kept.announcements} announcements, ${kept.peers} peers`,
    ...(rows.length > 0 ? [table([['lookups', 'total', 'failed', 'median', 'p99'], ...rows])] : []),
  ]
  output.data('storgo.net.dht/1', { provider: node.name, ...dht }, lines.join('\n'))
}
