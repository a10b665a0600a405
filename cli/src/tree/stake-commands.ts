import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type StakeFlags = { provider?: string }

const PROVIDER = ['--provider <address>', 'operator address (default: all that this account owns)'] as const

/** `storgo stake add`, `status`, `withdraw`, `claim`, `runway`. */
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
  stake
    .command('withdraw')
    .description('take part of a stake out of use; without an amount, withdraw what has been long enough')
    .argument('[stor]', 'STOR to take out of use')
    .requiredOption('--provider <address>', 'operator address')
    .action((amount: string | undefined, flags: Required<StakeFlags>, command: Command) =>
      run(command, async (context) =>
        (await import('../commands/stake-withdraw.ts')).stakeWithdraw(context, amount, flags),
      ),
    )
  stake
    .command('claim')
    .description("move what was earned to the providers' owners, and refunds to your account")
    .option(...PROVIDER)
    .action((flags: StakeFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/stake-claim.ts')).stakeClaim(context, flags)),
    )
  stake
    .command('runway')
    .description('for how many epochs the ETH of providers pays their proofs, and what their stakes still cover')
    .option(...PROVIDER)
    .action((flags: StakeFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/stake-runway.ts')).stakeRunway(context, flags)),
    )
}
