import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runUnattended } from './fixtures/run-unattended.ts'
import { COMMON_EXITS } from './reference/command-facts.ts'
import { factsOf, KNOWN_PATHS } from './reference/facts.ts'
import { lineSchemaOf, SCHEMA_NAMES } from './schemas/json-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-unattended-'))
after(() => rmSync(folder, { recursive: true }))

/** Commands that are not run here, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'dev up': 'it starts a network; the end-to-end tests run it without a terminal',
}

function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

test('no command waits or asks where there is no terminal and no network: it ends as it is written down', async () => {
  for (const path of KNOWN_PATHS) {
    if (ELSEWHERE[path] !== undefined) continue
    const { example, exits, data } = factsOf(path)
    const [, ...words] = example.split(' ')
    const { exitCode, out, err } = await runUnattended(words, { folder })
    const documented: number[] = [...COMMON_EXITS, ...Object.keys(exits ?? {}).map(Number)]
    assert.ok(documented.includes(exitCode), `${path}: ${exitCode}, ${err}`)
    for (const line of linesOf(out)) {
      const name = SCHEMA_NAMES.find((one) => one === line['schema'])
      assert.ok(name !== undefined && (data as readonly string[]).includes(name), `${path}: ${line['schema']}`)
      lineSchemaOf(name).parse(line)
    }
    if (out === '' && path !== 'shell') {
      const failure = linesOf(err.split('\n').findLast((line) => line.startsWith('{')) ?? err).at(0)
      assert.partialDeepStrictEqual(lineSchemaOf('storgo.error/1').parse(failure), { exitCode }, path)
    }
  }
})
