import { basename, resolve } from 'node:path'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { findLocalNetwork } from '../local-network/find.ts'
import { readNodeRecord } from '../local-network/node-record.ts'
import { nodeFiles } from '../provider/node-files.ts'
import { type NodeProbe, probeNode } from '../provider/probe-node.ts'
import { formatBytes } from '../quantities.ts'
import { table } from '../table.ts'
import type { NodeStatusFlags } from '../tree/node-commands.ts'

type Target = { name: string; operator: string; peerId: string; httpUrl: string; pid: number }

/** Asks providers how they are: exit code 5 if one is not ready. */
export async function nodeStatus(context: Context, flags: NodeStatusFlags): Promise<ExitCode> {
  const { output, signal } = context
  const targets = await targetsOf(context, flags)
  const probes = await Promise.all(
    targets.map(async (target) => ({ ...target, ...(await probeNode(target.httpUrl, signal)) })),
  )
  const rows = probes.map((probe) => [probe.name, probe.operator, stateOf(probe), ...columnsOf(probe)])
  const heading = ['provider', 'operator', 'state', 'epoch', 'last proof', 'slots', 'stored']
  output.data('storgo.node.status/1', { providers: probes }, rows.length === 0 ? 'none' : table([heading, ...rows]))
  if (rows.length === 0)
    output.note(`No provider is ready in ${flags.folder}.\n  next: storgo node start --folder ${flags.folder}`)
  return probes.length > 0 && probes.every(({ ready }) => ready) ? EXIT.ok : EXIT.unhealthy
}

async function targetsOf({ cwd }: Context, { folder }: NodeStatusFlags): Promise<Target[]> {
  if (folder === undefined) return findLocalNetwork(cwd).providers
  const record = await readNodeRecord(nodeFiles(resolve(cwd, folder)).dataDir)
  return record === undefined ? [] : [{ name: basename(resolve(cwd, folder)), ...record }]
}

function stateOf({ healthy, ready }: NodeProbe): string {
  return ready ? 'ready' : healthy ? 'not ready' : 'silent'
}

function columnsOf({ status }: NodeProbe): string[] {
  if (status === undefined) return ['', '', '', '']
  const { epoch, lastProvenEpoch, slots, storedBytes } = status
  return [String(epoch), String(lastProvenEpoch ?? 'none'), String(slots.length), formatBytes(storedBytes)]
}
