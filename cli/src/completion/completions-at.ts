import type { Argument, Command, Option } from 'commander'

/** Something that a word can be completed to. */
export type Candidate = { value: string; description: string }
/** Values that are not known from the command tree alone. */
export type ValueKind =
  | 'volume'
  | 'remote path'
  | 'local path'
  | 'provider'
  | 'operator'
  | 'log'
  | 'level'
  | 'setting'
  | 'profile'
  | 'shell'
export type Completions = { candidates: Candidate[]; kind?: ValueKind }

const KIND_OF_FLAG: ReadonlyMap<string, ValueKind> = new Map([
  ['--provider <name>', 'provider'],
  ['--provider <address>', 'operator'],
  ['--profile <name>', 'profile'],
  ['--node <name>', 'log'],
  ['--level <level>', 'level'],
])

/** What the last of the words after `storgo`, which may be unfinished, can become. */
export function completionsAt(program: Command, words: readonly string[]): Completions {
  const { command, positionals, pending } = placeOf(program, words.slice(0, -1))
  const last = words.at(-1) ?? ''
  if (pending) return withKind(kindOfOption(pending))
  if (last.startsWith('-')) return { candidates: starting(flagsOf(program, command), last) }
  const commands = commandsOf(command)
  if (commands.length > 0) return { candidates: starting(commands, last) }
  const { registeredArguments: all } = command
  const argument = all[Math.min(positionals, all.length - 1)]
  if (!argument || (positionals >= all.length && !argument.variadic)) return { candidates: [] }
  return withKind(kindOfArgument(command, argument))
}

/** Names of the commands below one, without `help`. */
export function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help')
    .map((each) => ({ value: each.name(), description: each.description() }))
}

/** Flags of a command, and those that every one takes. */
export function flagsOf(program: Command, command: Command): Candidate[] {
  const options = command === program ? program.options : [...command.options, ...program.options]
  const own = options.filter(({ hidden }) => !hidden).flatMap(candidatesOf)
  return [...own, { value: '--help', description: 'what is possible' }]
}

/** Whether a flag has a value, which is then the next word. */
export function takesValue({ required, optional }: Option): boolean {
  return required || optional
}

/** What a flag's value is. */
export function kindOfOption({ flags, long }: Option): ValueKind | undefined {
  const kind = KIND_OF_FLAG.get(flags)
  if (kind) return kind
  if (long === '--volume') return 'volume'
  return /[<[](file|folder)[>\]]/u.test(flags) ? 'local path' : undefined
}

/** What an argument's value is. */
export function kindOfArgument(command: Command, argument: Argument): ValueKind | undefined {
  const name = argument.name()
  if (name === 'id') return 'volume'
  if (name === 'key') return command.parent?.name() === 'config' ? 'setting' : 'operator'
  if (name === 'peer' || name === 'address') return 'operator'
  if (name === 'name') return 'profile'
  if (name === 'shell') return 'shell'
  // Help says of every argument that is a path whether it is a remote one.
  if (argument.description.startsWith('remote')) return 'remote path'
  return ['path', 'paths', 'local', 'file'].includes(name) ? 'local path' : undefined
}

type Place = { command: Command; positionals: number; pending?: Option }

/** Where in the tree the words lead, and whether a flag waits for its value. */
function placeOf(program: Command, words: readonly string[]): Place {
  let command = program
  let positionals = 0
  let pending: Option | undefined
  for (const word of words) {
    if (pending) {
      pending = undefined
      continue
    }
    if (word.startsWith('-') && word !== '-') {
      const option = [...command.options, ...program.options].find((each) => each.long === word || each.short === word)
      if (option && takesValue(option)) pending = option
      continue
    }
    const below = command.commands.find((each) => each.name() === word)
    if (below && positionals === 0) command = below
    else positionals++
  }
  return { command, positionals, ...(pending && { pending }) }
}

function candidatesOf({ long, short, description }: Option): Candidate[] {
  return [long, short].flatMap((value) => (value ? [{ value, description }] : []))
}

const starting = (all: readonly Candidate[], start: string) => all.filter(({ value }) => value.startsWith(start))
const withKind = (kind: ValueKind | undefined): Completions => ({ candidates: [], ...(kind && { kind }) })
