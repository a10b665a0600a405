import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { lookupReport } from '../provider/net-reports.ts'
import { control, type NodeChoice, runningNode } from '../provider/node-control.ts'

/** Looks something up in the hash table: exit code 3 if nobody has it. */
export async function netLookup(context: Context, key: string, choice: NodeChoice): Promise<ExitCode> {
  const { output, signal } = context
  const node = await runningNode(context, choice)
  const found = await control(node, '/v1/control/lookup', { body: { key }, schema: lookupReport, signal })
  const results = found.addresses ?? found.announcers ?? []
  const lines = results.length > 0 ? results : ['nothing found']
  output.data('storgo.net.lookup/1', { provider: node.name, ...found }, lines.join('\n'))
  output.note(`in ${Math.round(found.ms)} ms`)
  return results.length > 0 ? EXIT.ok : EXIT.notFound
}
