import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type ConfigFlags = { folder: string; file?: string; profile?: string }
export type ConfigViewFlags = ConfigFlags & { effective?: true }

/** `storgo config …`: the settings of a provider's node. */
export function addConfigCommands(program: Command, run: Runner): void {
  const config = program.command('config').description("read and change the settings of a provider's node")
  const command = (usage: string, description: string): Command =>
    config
      .command(usage)
      .description(description)
      .option('--folder <folder>', "the provider's folder", './storgo-node')
      .option('--file <file>', 'configuration file (default: node.yaml of the folder)')
  const inProfile = (command: Command, description: string): Command =>
    command.option('--profile <name>', `development, staging or production: ${description}`)

  inProfile(command('get <key>', 'the value that a node started here would use'), 'with this profile').action(
    (key: string, flags: ConfigFlags, matched: Command) =>
      run(matched, async (context) => (await import('../commands/config-get.ts')).configGet(context, key, flags)),
  )
  inProfile(
    command('set <key> <value>', 'change a setting in the file; lists are written with commas'),
    'for this profile only',
  ).action((key: string, value: string, flags: ConfigFlags, matched: Command) =>
    run(matched, async (context) => (await import('../commands/config-set.ts')).configSet(context, key, value, flags)),
  )
  inProfile(command('unset <key>', 'take a setting out of the file'), 'for this profile only').action(
    (key: string, flags: ConfigFlags, matched: Command) =>
      run(matched, async (context) => (await import('../commands/config-set.ts')).configUnset(context, key, flags)),
  )
  inProfile(command('view', 'show the file'), 'with this profile')
    .option('--effective', 'every setting as a node started here would use it')
    .action((flags: ConfigViewFlags, matched: Command) =>
      run(matched, async (context) => (await import('../commands/config-view.ts')).configView(context, flags)),
    )
  command('edit', 'open the file in $VISUAL or $EDITOR; what is not valid is not taken').action(
    (flags: ConfigFlags, matched: Command) =>
      run(matched, async (context) => (await import('../commands/config-edit.ts')).configEdit(context, flags)),
  )
  inProfile(command('validate [path]', 'tell everything that is wrong with the file'), 'with this profile').action(
    (path: string | undefined, flags: ConfigFlags, matched: Command) =>
      run(matched, async (context) =>
        (await import('../commands/config-validate.ts')).configValidate(context, path, flags),
      ),
  )
  command('diff', 'what the running node uses and the file says otherwise').action(
    (flags: ConfigFlags, matched: Command) =>
      run(matched, async (context) => (await import('../commands/config-diff.ts')).configDiff(context, flags)),
  )
  inProfile(
    command('explain [key]', 'what a setting means, and which layer its value comes from (default: all, briefly)'),
    'with this profile',
  ).action((key: string | undefined, flags: ConfigFlags, matched: Command) =>
    run(matched, async (context) => (await import('../commands/config-explain.ts')).configExplain(context, key, flags)),
  )
  command('reload', 'have the running node read its configuration again, and tell what came of it').action(
    (flags: ConfigFlags, matched: Command) =>
      run(matched, async (context) => (await import('../commands/config-reload.ts')).configReload(context, flags)),
  )
  command('profile [name]', 'show the profiles, or choose the one that the file uses (none: no profile)').action(
    (name: string | undefined, flags: ConfigFlags, matched: Command) =>
      run(matched, async (context) =>
        (await import('../commands/config-profile.ts')).configProfile(context, name, flags),
      ),
  )
}
