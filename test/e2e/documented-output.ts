import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { createProgram } from '../../cli/src/program.ts'
import { COMMON_EXITS } from '../../cli/src/reference/command-facts.ts'
import { factsOf } from '../../cli/src/reference/facts.ts'
import { parseCommandLine } from '../../cli/src/reference/parse-command-line.ts'
import { commandsOf, pathOf } from '../../cli/src/reference/walk-commands.ts'
import { SCHEMA_NAMES, schemaFileOf } from '../../cli/src/schemas/json-schema.ts'
import { REPOSITORY, type RunResult } from './run-storgo.ts'

type Line = Record<string, unknown>

/**
 * Holds what `storgo` prints to what docs/ says of it: every record to its JSON Schema, every exit code to those of the
 * command; and remembers which records it has seen.
 */
export class DocumentedOutput {
  readonly #ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
  readonly #schemas = new Map<string, ValidateFunction>()
  readonly #seen = new Map<string, Set<string>>()

  constructor() {
    for (const name of SCHEMA_NAMES) {
      const schema = JSON.parse(readFileSync(join(REPOSITORY, 'docs', schemaFileOf(name)), 'utf8'))
      this.#schemas.set(name, this.#ajv.compile(schema))
    }
  }

  /** Fails if the command that `args` name must not end so, or if `--json` has it print what no schema of it describes. */
  async check(args: readonly string[], { exitCode, stdout, stderr }: RunResult): Promise<void> {
    const { command } = await parseCommandLine(args)
    // Wrong usage, or killed.
    if (command === undefined || exitCode === null) return
    const path = pathOf(command)
    const { data, exits = {} } = factsOf(path)
    const documented = [...COMMON_EXITS, ...Object.keys(exits).map(Number)]
    const ended = `docs/cli.md says nothing of "storgo ${path}" ending with ${exitCode}: ${stderr}`
    assert.ok(documented.includes(exitCode), ended)
    if (args.includes('--json') && data.length > 0) this.#checkData(path, data, objectsIn(stdout.toString()))
  }

  #checkData(path: string, names: readonly string[], lines: readonly Line[]): void {
    const seen = this.#seen.get(path) ?? new Set()
    this.#seen.set(path, seen)
    for (const line of lines) {
      const name = String(line['schema'])
      assert.ok(names.includes(name), `docs/cli.md says nothing of "storgo ${path}" printing ${name}`)
      this.checkLine(line)
      seen.add(name)
    }
  }

  /** Fails for a line that is not as its schema says. */
  checkLine(line: Line): void {
    const name = String(line['schema'])
    const isValid = this.#schemas.get(name)
    assert.ok(isValid, `there is no schema ${name}`)
    assert.ok(isValid(line), `${name}: ${this.#ajv.errorsText(isValid.errors)} in ${JSON.stringify(line)}`)
  }

  /** Every record that some command can print and has not: `put storgo.put/1`. */
  get unseen(): string[] {
    const program = createProgram(async () => {}, { out: () => {}, err: () => {}, json: false })
    return commandsOf(program)
      .map(pathOf)
      .flatMap((path) =>
        factsOf(path)
          .data.filter((name) => this.#seen.get(path)?.has(name) !== true)
          .map((name) => `${path} ${name}`),
      )
  }
}

/** The objects that a text has one a line of. */
export function objectsIn(text: string): Line[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const value: unknown = JSON.parse(line)
      assert.ok(typeof value === 'object' && value !== null)
      return { ...value }
    })
}
