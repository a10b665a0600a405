import type { Command, Option } from 'commander'
import { type Candidate, commandsOf, flagsOf, kindOfOption, takesValue } from './completions-at.ts'

/** One command as completion scripts need it. */
export type TreeRow = {
  /** Words that lead to it; none for `storgo` itself. */
  path: string[]
  commands: Candidate[]
  flags: Candidate[]
  /** Flags that take the next word, and those of them that want a path. */
  valueFlags: string[]
  pathFlags: string[]
}

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
      pathFlags: namesOf(valued.filter((option) => kindOfOption(option) === 'local path')),
    })
    for (const { value } of commands) {
      const below = command.commands.find((each) => each.name() === value)
      if (below) visit(below, [...path, value])
    }
  }
  visit(program, [])
  return rows
}

function namesOf(options: readonly Option[]): string[] {
  return options.flatMap(({ long, short }) => [long, short].filter((name): name is string => name !== undefined))
}
