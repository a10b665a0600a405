import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { traceReport } from '../provider/net-reports.ts'
import { control, type NodeChoice, runningNode } from '../provider/node-control.ts'
import { table } from '../table.ts'

/** Shows each step on the way from a provider to a peer: exit code 5 if it is not reached. */
export async function netTrace(context: Context, peer: string, choice: NodeChoice): Promise<ExitCode> {
  const { output, signal } = context
  const node = await runningNode(context, choice)
  const trace = await control(node, '/v1/control/trace', { body: { peer }, schema: traceReport, signal })
  const rows = trace.steps.map(({ step, ms, outcome }) => [step, `${ms} ms`, outcome])
  output.data(
    'storgo.net.trace/1',
    { provider: node.name, peer, ...trace },
    table([['step', 'time', 'outcome'], ...rows]),
  )
  return trace.reached ? EXIT.ok : EXIT.unhealthy
}
