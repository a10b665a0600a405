import { setTimeout as delay } from 'node:timers/promises'
import { StorgoError } from '@storgo/protocol'
import type { Chain } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { localNodes } from '../provider/local-nodes.ts'
import { formatBytes } from '../quantities.ts'
import { table } from '../table.ts'
import { connectForLoad, type NetworkLoad, networkLoad } from '../top/network-load.ts'
import { LoadWatch, type NodeLoad } from '../top/node-load.ts'
import { Screen } from '../top/screen.ts'
import type { TopFlags } from '../tree/observe-commands.ts'

const REDRAW_MS = 2_000
/** Rates need two looks. */
const BETWEEN_LOOKS_MS = 500
const SECTOR_BYTES = 2 ** 20

type Load = { network: NetworkLoad | null; nodes: NodeLoad[] }

/** How busy the local nodes are: on a terminal again and again until q, otherwise once. */
export async function top(context: Context, flags: TopFlags): Promise<ExitCode> {
  const { output, stdin, stdout, signal } = context
  const watch = new LoadWatch()
  const first = await look(context, flags, watch, undefined)
  if (first.nodes.length === 0)
    throw new StorgoError('NETWORK_NOT_FOUND', 'no provider runs on this machine, as far as can be seen from here')
  const chain = await connectForLoad(context).catch(() => undefined)
  await delay(BETWEEN_LOOKS_MS, undefined, { signal })
  if (output.json || stdin.isTTY !== true || stdout.isTTY !== true) {
    const load = await look(context, flags, watch, chain)
    output.data('storgo.top/1', load, describe(load))
    return EXIT.ok
  }
  using screen = new Screen(stdin, stdout)
  const ended = AbortSignal.any([signal, screen.quit])
  while (!ended.aborted) {
    screen.draw(`${describe(await look(context, flags, watch, chain))}\n\nq quits`)
    await delay(REDRAW_MS, undefined, { signal: ended }).catch(() => {})
  }
  signal.throwIfAborted()
  return EXIT.ok
}

async function look(context: Context, flags: TopFlags, watch: LoadWatch, chain: Chain | undefined): Promise<Load> {
  const { signal } = context
  const [network, nodes] = await Promise.all([
    // A chain that does not answer is seen from its providers.
    chain ? networkLoad(chain).catch(() => null) : null,
    localNodes(context, flags.folder).then((all) => watch.look(all, signal)),
  ])
  return { network, nodes }
}

function describe({ network, nodes }: Load): string {
  const rows = nodes.map((node) => [
    ...[node.name, node.state, percent(node.cpuPercent), size(node.memoryBytes)],
    ...[size(node.storedBytes), text(node.epoch), text(node.lastProvenEpoch), text(node.peers)],
    text(node.requestsPerSecond),
  ])
  const heading = ['provider', 'state', 'cpu', 'memory', 'stored', 'epoch', 'proven', 'peers', 'requests/s']
  return `${headline(network)}\n\n${table([heading, ...rows])}`
}

function headline(network: NetworkLoad | null): string {
  if (network === null) return 'The chain does not answer.'
  const { epoch, block, blocksToNextEpoch, providers, billedSectors, freeSectors } = network
  const space = `${formatBytes(billedSectors * SECTOR_BYTES)} sold, ${formatBytes(freeSectors * SECTOR_BYTES)} free`
  return `epoch ${epoch}, block ${block}, ${blocksToNextEpoch} blocks to the next; ${providers} providers, ${space}`
}

const text = (value: number | null) => (value === null ? '' : String(value))
const size = (value: number | null) => (value === null ? '' : formatBytes(value))
const percent = (value: number | null) => (value === null ? '' : `${value} %`)
