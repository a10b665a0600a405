import type { Command } from 'commander'

/** Every command of a tree that does something itself and is for people, in the order of `--help`. */
export function commandsOf(program: Command): Command[] {
  const visible = program.createHelp().visibleCommands(program)
  const below = program.commands.filter((command) => visible.includes(command))
  return below.flatMap((command) => (command.commands.length > 0 ? commandsOf(command) : [command]))
}

/** `node status`: what is typed after `storgo` for a command. */
export function pathOf(command: Command): string {
  const above = command.parent
  return above?.parent ? `${pathOf(above)} ${command.name()}` : command.name()
}
