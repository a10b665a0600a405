import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'
import { addBanCommands } from './ban-commands.ts'

export type NodeInitFlags = { folder: string; stake: string; price: string; capacity: string; ether: string }
export type NodeStartFlags = { folder: string; profile?: string }
export type NodeStatusFlags = { folder?: string }
export type NodeStopFlags = { folder?: string; provider?: string }

const FOLDER = ['--folder <folder>', "the provider's folder", './storgo-node'] as const

/** `storgo node init`, `start`, `stop`, `status`, `ls`: running a provider. */
export function addNodeCommands(program: Command, run: Runner): void {
  const node = program.command('node').description('run a provider')
  node
    .command('init')
    .description('make an operator key and a configuration, register it with a stake, and offer space')
    .option(...FOLDER)
    .option('--stake <stor>', 'STOR to stake', '1000')
    .option('--price <stor>', 'STOR for one GiB and epoch', '1')
    .option('--capacity <bytes>', 'space to offer', '10GiB')
    .option('--ether <eth>', 'ETH to give the operator for gas', '1')
    .action((flags: NodeInitFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/node-init.ts')).nodeInit(context, flags)),
    )
  node
    .command('start')
    .description('run the provider here until Ctrl-C')
    .option(...FOLDER)
    .option('--profile <name>', 'settings to use: development, staging or production')
    .action((flags: NodeStartFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/node-start.ts')).nodeStart(context, flags)),
    )
  node
    .command('status')
    .description('whether providers run and prove')
    .option('--folder <folder>', "one provider's folder (default: all of the local network)")
    .action((flags: NodeStatusFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/node-status.ts')).nodeStatus(context, flags)),
    )
  node
    .command('stop')
    .description('end a provider that runs, and wait until it has')
    .option('--folder <folder>', "the provider's folder (default: ./storgo-node)")
    .option('--provider <name>', 'its name in the local network')
    .action((flags: NodeStopFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/node-stop.ts')).nodeStop(context, flags)),
    )
  node
    .command('ls')
    .description('providers of this machine, whether they still run or not')
    .option('--folder <folder>', 'also the one of this folder (default: ./storgo-node)')
    .action((flags: NodeStatusFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/node-ls.ts')).nodeLs(context, flags)),
    )
  addBanCommands(node, run)
}
