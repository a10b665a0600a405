import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

/** Builds the command tree anew, for one line. */
export type BuildProgram = (
  run: Runner,
  output: { out(text: string): void; err(text: string): void; json: boolean },
) => Command

/** `storgo shell`, `completion`, `version`. */
export function addShellCommands(program: Command, run: Runner, build: BuildProgram): void {
  program
    .command('shell')
    .description('type commands one after the other, with history and completion; or read them from a pipe')
    .action((_flags: object, command: Command) =>
      run(command, async (context) => (await import('../commands/shell.ts')).shell(context, build)),
    )
  program
    .command('completion')
    .description('a script that completes commands in your shell')
    .argument('<shell>', 'bash, zsh or fish')
    .action((shell: string, _flags: object, command: Command) =>
      run(command, async (context) => (await import('../commands/completion.ts')).completion(context, program, shell)),
    )
  program
    .command('__complete', { hidden: true })
    .description('what the last word can become, for the scripts of `storgo completion`')
    .argument('[words...]', 'after --, as they were typed')
    .action((words: string[], _flags: object, command: Command) =>
      run(command, async (context) => (await import('../commands/complete.ts')).complete(context, program, words)),
    )
  program
    .command('version')
    .description('which Storgo this is')
    .action((_flags: object, command: Command) =>
      run(command, async (context) => (await import('../commands/version.ts')).version(context)),
    )
}
