import type { Argument, Command, Option } from 'commander'
import { schemaFileOf } from '../schemas/json-schema.ts'
import { COMMON_EXITS } from './command-facts.ts'
import { factsOf } from './facts.ts'
import { commandsOf, pathOf } from './walk-commands.ts'

const EXITS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage, or a setting that is not valid',
  3: 'not found',
  4: 'a key, password or money is missing',
  5: 'something that should be there does not answer, or answers wrongly',
  6: 'not everything was done in time; the same command goes on',
  130: 'interrupted',
}

/** The page about every command of the tree, as Markdown. */
export function describeCommands(program: Command): string {
  const exits = Object.entries(EXITS).map(([code, meaning]) => [code, meaning])
  const parts = [
    '# Commands',
    '<!-- written by scripts/cli/write-reference.ts from the commands themselves -->',
    `\`storgo\` prints data on standard output and everything else on standard error. With \`--json\` data is one JSON object a line, which begins with the name of its
[schema](schemas/), and a failure is one such line, of [\`storgo.error/1\`](${schemaFileOf('storgo.error/1')}), on standard error. Amounts and other large numbers are decimal strings. Nothing is asked without a terminal.`,
    '## Which network',
    `The network is that of \`--config\` and \`--rpc\`, or of the profile that \`storgo init\` made; what these leave open is that of the local network of the nearest folder at or above the current
one in whose \`.storgo/local\` one runs. The \`dev\` commands are about the same folder, or about the one of \`--folder\`. Where no network has run yet, \`storgo dev up\` starts one in the repository
if the current folder is in it, and in the current folder elsewhere.`,
    '## Flags of every command',
    flagsTable(program.options),
    '## Exit codes',
    `Every command may end with ${COMMON_EXITS.join(', ')}; the others are told with each.`,
    markdownTable(['code', 'meaning'], exits),
    ...commandsOf(program).flatMap(describeCommand),
  ]
  return `${parts.join('\n\n')}\n`
}

function describeCommand(command: Command): string[] {
  const { data, without, exits = {}, example } = factsOf(pathOf(command))
  const records = data.map((name) => `[\`${name}\`](${schemaFileOf(name)})`).join(', ')
  const special = Object.entries(exits).map(([code, meaning]) => `${code}: ${meaning}`)
  return [
    `## \`storgo ${pathOf(command)}\``,
    `${capital(command.description())}.`,
    `\`\`\`sh\nstorgo ${[pathOf(command), command.usage()].join(' ')}\n${example}\n\`\`\``,
    ...(command.registeredArguments.length > 0 ? [argumentsTable(command.registeredArguments)] : []),
    ...(command.options.length > 0 ? [flagsTable(command.options)] : []),
    data.length > 0 ? `Data: ${records}.` : `Data: none, as ${without}.`,
    ...(special.length > 0 ? [`Exit codes beside the common ones: ${special.join(' · ')}.`] : []),
  ]
}

function argumentsTable(all: readonly Argument[]): string {
  const rows = all.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '…' : ''}`
    return [`\`${name}\``, argument.required ? 'yes' : 'no', argument.description]
  })
  return markdownTable(['argument', 'has to be there', 'what it is'], rows)
}

function flagsTable(all: readonly Option[]): string {
  const rows = all.map((option) => {
    const value = typeof option.defaultValue === 'string' ? `\`${option.defaultValue}\`` : ''
    return [`\`${option.flags}\``, option.mandatory ? 'has to be set' : value, option.description]
  })
  return markdownTable(['flag', 'default', 'what it does'], rows)
}

function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, heading.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
