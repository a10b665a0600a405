import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type ProofWatchFlags = { provider?: string }
export type ProofExplainFlags = { provider?: string }
export type ProofLsFlags = { provider?: string; epochs: string }

/** `storgo proof ls`, `watch`, `explain`. */
export function addProofCommands(program: Command, run: Runner): void {
  const proof = program.command('proof').description('what was proven on chain')
  proof
    .command('ls')
    .description('proofs of the last epochs, newest first')
    .option('--provider <address>', 'only those of this operator address')
    .option('--epochs <count>', 'how far to look back', '10')
    .action((flags: ProofLsFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/proof-ls.ts')).proofLs(context, flags)),
    )
  proof
    .command('watch')
    .description('proofs as the chain takes them, until Ctrl-C')
    .option('--provider <address>', 'only those of this operator address')
    .action((flags: ProofWatchFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/proof-watch.ts')).proofWatch(context, flags)),
    )
  proof
    .command('explain')
    .description('what became of an epoch: who proved what, every challenged leaf checked once more')
    .argument('<epoch>', 'number of the epoch, or now')
    .option('--provider <address>', 'of this operator address, sample by sample')
    .action((epoch: string, flags: ProofExplainFlags, command: Command) =>
      run(command, async (context) =>
        (await import('../commands/proof-explain.ts')).proofExplain(context, epoch, flags),
      ),
    )
}
