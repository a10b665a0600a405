import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type StakeFlags = { provider?: string }

const PROVIDER = ['--provider <address>', 'operator address (default: all that this account owns)'] as const

/** `storgo stake add`, `status`. */
export function addStakeCommands(program: Command, run: Runner): void {
  const stake = program.command('stake').description("a provider's bond")
  stake
    .command('add')
    .description('add to a stake')
    .argument('<stor>', 'STOR to add')
    .requiredOption('--provider <address>', 'operator address')
    .action((amount: string, flags: Required<StakeFlags>, command: Command) =>
      run(command, async (context) => (await import('../commands/stake-add.ts')).stakeAdd(context, amount, flags)),
    )
  stake
    .command('status')
    .description('stakes, what they cover and what was earned')
    .option(...PROVIDER)
    .action((flags: StakeFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/stake-status.ts')).stakeStatus(context, flags)),
    )
}
