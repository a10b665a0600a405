import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type CardFlags = { out?: string }
export type RecoverFlags = {
  wallet?: string
  card?: string
  folder?: string
  deployment?: string
  walletPasswordFile?: string
}

/** `storgo recovery card` and `storgo recover`. */
export function addRecoveryCommands(program: Command, run: Runner): void {
  program
    .command('recovery')
    .description('ways back to your files')
    .command('card')
    .description('a card for paper with which `storgo recover` finds all your files: whoever has it can read them')
    .option('--out <file>', 'write it to a new file of mode 600 instead of the terminal')
    .action((flags: CardFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/recovery-card.ts')).recoveryCard(context, flags)),
    )
  program
    .command('recover')
    .description('find all files again on a machine that has nothing but your wallet, or your recovery card')
    .option('--wallet <file>', 'key file of your wallet (encrypted JSON, version 3)')
    .option('--wallet-password-file <file>', 'file with its password (default: asked for)')
    .option('--card <file>', 'text of your recovery card')
    .option('--folder <folder>', 'where to keep the profile (default: ~/.config/storgo)')
    .option('--deployment <file>', 'addresses of the contracts (default: those of the card, or of the local network)')
    .action((flags: RecoverFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/recover.ts')).recover(context, flags)),
    )
}
