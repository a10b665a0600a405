import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createProgram } from '../../cli/src/program.ts'
import { describeCommands } from '../../cli/src/reference/describe-commands.ts'
import { jsonSchemaOf, SCHEMA_NAMES, schemaFileOf } from '../../cli/src/schemas/json-schema.ts'

/**
 * Writes docs/cli.md from the command tree, and a JSON Schema into docs/schemas/ for every record that a command prints; with
 * `--check` only says whether they are up to date: exit code 1 if not.
 */
const DOCS = new URL('../../docs/', import.meta.url)
const program = createProgram(async () => {}, { out: () => {}, err: () => {}, json: false })
const pages = new Map<string, string>([
  ['cli.md', describeCommands(program)],
  ...SCHEMA_NAMES.map((name): [string, string] => [
    schemaFileOf(name),
    `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`,
  ]),
])
mkdirSync(new URL('schemas', DOCS), { recursive: true })
const left = readdirSync(new URL('schemas', DOCS))
  .map((name) => `schemas/${name}`)
  .filter((path) => !pages.has(path))
const changed = [...pages].filter(([path, text]) => textOf(path) !== text)
if (!process.argv.includes('--check')) {
  for (const [path, text] of changed) writeFileSync(new URL(path, DOCS), text)
  for (const path of left) rmSync(new URL(path, DOCS))
} else if (changed.length + left.length > 0) {
  const names = [...changed.map(([path]) => path), ...left].map((path) => `docs/${path}`)
  process.stderr.write(`Out of date: ${names.join(', ')}. Run node scripts/cli/write-reference.ts\n`)
  process.exitCode = 1
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, DOCS), 'utf8')
  } catch {
    return undefined
  }
}
