import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type DevUpFlags = { folder?: string; files: boolean; persist?: true; fresh?: true }
export type DevFolderFlags = { folder?: string }
export type DevFundFlags = { amount: string }

const FOLDER = [
  '--folder <folder>',
  "the network's folder (default: .storgo/local of the nearest folder at or above this one that has it)",
] as const

/** `storgo dev up`, `down`, `status`, `fund`: the local network. */
export function addDevCommands(program: Command, run: Runner): void {
  const dev = program.command('dev').description('a whole network on this machine')
  dev
    .command('up')
    .description('start it in the background: chain, contracts, 7 providers, an open volume')
    .option(...FOLDER)
    .option('--no-files', 'store no sample files')
    .option('--persist', 'keep chain and data, and go on with those kept before')
    .option('--fresh', 'with --persist: forget those kept before')
    .action((flags: DevUpFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/dev-up.ts')).devUp(context, flags)),
    )
  dev
    .command('down')
    .description('stop it')
    .option(...FOLDER)
    .action((flags: DevFolderFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/dev-down.ts')).devDown(context, flags)),
    )
  dev
    .command('status')
    .description('whether it runs, and where')
    .option(...FOLDER)
    .action((flags: DevFolderFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/dev-status.ts')).devStatus(context, flags)),
    )
  dev
    .command('fund')
    .description('give an account STOR and ETH of the local network')
    .argument('[address]', "account (default: the profile's)")
    .option('--amount <stor>', 'STOR to give', '100000')
    .action((address: string | undefined, flags: DevFundFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/dev-fund.ts')).devFund(context, address, flags)),
    )
}
