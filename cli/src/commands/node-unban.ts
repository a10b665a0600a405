import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { liftedReport } from '../provider/net-reports.ts'
import { control, type NodeChoice, runningNode } from '../provider/node-control.ts'

/** Lifts a ban at a provider: exit code 3 if there was none. */
export async function nodeUnban(context: Context, peer: string, choice: NodeChoice): Promise<ExitCode> {
  const { output, signal } = context
  const node = await runningNode(context, choice)
  const done = await control(node, '/v1/control/unban', { body: { peer }, schema: liftedReport, signal })
  const text = done.lifted ? `The ban of ${done.peerId} is lifted.` : `${done.peerId} was not banned.`
  output.data('storgo.node.unban/1', { provider: node.name, ...done }, text)
  return done.lifted ? EXIT.ok : EXIT.notFound
}
