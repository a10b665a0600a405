import type { Command, Option } from 'commander'
import {
  type Candidate,
  commandsOf,
  flagsOf,
  kindOfArgument,
  kindOfOption,
  takesValue,
  type ValueKind,
} from './completions-at.ts'

/** One command as completion scripts need it. */
export type TreeRow = {
  /** Words that lead to it; none for `storgo` itself. */
  path: string[]
  commands: Candidate[]
  flags: Candidate[]
  /** Flags that take the next word, and those of them that want a path. */
  valueFlags: string[]
  pathFlags: string[]
  /** Flags whose value `storgo __complete` knows. */
  askedFlags: string[]
  /** Of each argument: a path that the shell completes, what `storgo __complete` knows, or anything. */
  args: ArgumentKind[]
  /** Whether the last of them may come again. */
  more: boolean
}
type ArgumentKind = 'local' | 'asked' | 'any'

/** The whole command tree, a command before those below it. */
export function treeTable(program: Command): TreeRow[] {
  const rows: TreeRow[] = []
  const visit = (command: Command, path: string[]): void => {
    const commands = commandsOf(command)
    const options = command === program ? program.options : [...command.options, ...program.options]
    const valued = options.filter(takesValue)
    rows.push({
      ...{ path, commands, flags: flagsOf(program, command) },
      valueFlags: namesOf(valued),
      pathFlags: namesOf(valued.filter((option) => argumentKind(kindOfOption(option)) === 'local')),
      askedFlags: namesOf(valued.filter((option) => argumentKind(kindOfOption(option)) === 'asked')),
      args: command.registeredArguments.map((argument) => argumentKind(kindOfArgument(command, argument))),
      more: command.registeredArguments.at(-1)?.variadic === true,
    })
    for (const { value } of commands) {
      const below = command.commands.find((each) => each.name() === value)
      if (below) visit(below, [...path, value])
    }
  }
  visit(program, [])
  return rows
}

function argumentKind(kind: ValueKind | undefined): ArgumentKind {
  return kind === undefined ? 'any' : kind === 'local path' ? 'local' : 'asked'
}

function namesOf(options: readonly Option[]): string[] {
  return options.flatMap(({ long, short }) => [long, short].filter((name): name is string => name !== undefined))
}
