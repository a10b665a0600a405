import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type InitFlags = { folder?: string; deployment?: string; force?: true }

/** `storgo init`. */
export function addInitCommand(program: Command, run: Runner): void {
  program
    .command('init')
    .description('make a wallet: an encrypted key file and a sealed master key; never prints either')
    .option('--folder <folder>', 'where to keep it (default: ~/.config/storgo)')
    .option('--deployment <file>', 'addresses of the contracts (default: those of the local network that runs)')
    .option('--force', 'replace a wallet that is there already')
    .action((flags: InitFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/init.ts')).init(context, flags)),
    )
}
