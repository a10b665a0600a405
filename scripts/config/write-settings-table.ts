import { readFileSync, writeFileSync } from 'node:fs'
import { type Setting, settings, writeSettingText } from '../../node/src/config/index.ts'

/**
 * Writes the table of all settings in docs/configuration.md from the schema; with `--check` only says whether it is up to date:
 * exit code 1 if not.
 */
const PAGE = new URL('../../docs/configuration.md', import.meta.url)
const [BEGIN, END] = ['<!-- settings: written by scripts/config/write-settings-table.ts -->', '<!-- /settings -->']

const before = readFileSync(PAGE, 'utf8')
const [from, to] = [before.indexOf(BEGIN), before.indexOf(END)]
if (from < 0 || to < from) throw new Error(`docs/configuration.md has no lines ${BEGIN} and ${END}`)
const after = `${before.slice(0, from + BEGIN.length)}\n\n${table()}\n\n${before.slice(to)}`
if (process.argv.includes('--check')) {
  if (after !== before) {
    process.stderr.write('docs/configuration.md is out of date: run node scripts/config/write-settings-table.ts\n')
    process.exitCode = 1
  }
} else writeFileSync(PAGE, after)

function table(): string {
  const heading = ['setting', 'default', 'takes', 'while running', 'variable and flag', 'what it is']
  const rows = [heading, heading.map(() => '---'), ...settings.map(rowOf)]
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function rowOf({ key, defaultValue, required, expected, reload, variable, flag, description }: Setting): string[] {
  const text = writeSettingText(defaultValue)
  const shown = required ? 'has to be set' : text === '' ? 'none' : code(text)
  return [
    code(key),
    shown,
    expected,
    reload ? 'yes' : 'restart',
    `${code(variable)} ${code(`--${flag}`)}`,
    description,
  ].map((cell) => cell.replaceAll('|', '\\|'))
}

function code(text: string): string {
  return `\`${text}\``
}
