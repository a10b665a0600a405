import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type ProofLsFlags = { provider?: string; epochs: string }

/** `storgo proof ls`. */
export function addProofCommands(program: Command, run: Runner): void {
  program
    .command('proof')
    .description('what was proven on chain')
    .command('ls')
    .description('proofs of the last epochs, newest first')
    .option('--provider <address>', 'only those of this operator address')
    .option('--epochs <count>', 'how far to look back', '10')
    .action((flags: ProofLsFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/proof-ls.ts')).proofLs(context, flags)),
    )
}
