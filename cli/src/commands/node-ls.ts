import type { Context } from '../context.ts'
import { localNodes } from '../provider/local-nodes.ts'
import { table } from '../table.ts'
import type { NodeStatusFlags } from '../tree/node-commands.ts'

/** Lists the providers of this machine that have said they are ready, whether they still run or not. */
export async function nodeLs(context: Context, flags: NodeStatusFlags): Promise<undefined> {
  const { output } = context
  const nodes = await localNodes(context, flags.folder)
  const rows = nodes.map(({ name, operator, pid, running, httpUrl, dataDir }) => [
    ...[name, operator, running ? 'runs' : 'ended', String(pid), httpUrl, dataDir],
  ])
  const text =
    nodes.length === 0 ? 'none' : table([['provider', 'operator', 'state', 'process', 'status', 'data'], ...rows])
  output.data('storgo.node.ls/1', { nodes }, text)
  if (nodes.length === 0) output.note('No provider runs here.\n  next: storgo dev up, or storgo node init')
}
