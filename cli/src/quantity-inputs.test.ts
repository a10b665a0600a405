import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Command } from 'commander'
import fc from 'fast-check'
import { runUnattended } from './fixtures/run-unattended.ts'
import { createProgram } from './program.ts'
import { commandsOf, pathOf } from './reference/walk-commands.ts'
import { lineSchemaOf } from './schemas/json-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-quantities-'))
after(() => rmSync(folder, { recursive: true }))

/** Where a quantity is typed: `line` up to it. An id is read only once there is a network to look it up in. */
type Place = { line: string[]; rest: string[]; isId: boolean }

const QUANTITIES = ['stor', 'eth', 'bytes', 'duration', 'count', 'k', 'm', 'time', 'state', 'epoch', 'slot', 'id']
/** Given for every argument and flag that has to be there beside the quantity. */
const ADDRESS = '0x71bE63f3384f5fb98995898A86B02Fb2426c5788'
const OTHER_THAN = (name: string) => (name === 'id' ? '1' : name === 'peer' ? ADDRESS : 'x')

/** Every argument and flag of a command whose name in the help says that it is a quantity. */
function placesOf(command: Command): Place[] {
  const path = pathOf(command).split(' ')
  const { registeredArguments: all } = command
  const needed = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long ?? '', ADDRESS])
  const given = all.filter(({ required }) => required).map((argument) => OTHER_THAN(argument.name()))
  const flags = [...command.options, ...(pathOf(command) === 'ls' ? program.options : [])].flatMap(
    ({ flags, long }) => {
      const name = /<(\w+)>/u.exec(flags)?.[1] ?? ''
      if (!QUANTITIES.includes(name)) return []
      return [{ line: [...path, ...given, ...needed, long ?? ''], rest: [], isId: name === 'id' }]
    },
  )
  const words = all.flatMap((argument, at) => {
    if (!QUANTITIES.includes(argument.name())) return []
    const before = all.slice(0, at).map((one) => OTHER_THAN(one.name()))
    const rest = all.slice(at + 1).filter(({ required }) => required)
    return [{ line: [...path, ...before], rest: [...rest.map(() => '1'), ...needed], isId: argument.name() === 'id' }]
  })
  return [...flags, ...words]
}

const program = createProgram(async () => {}, { out: () => {}, err: () => {}, json: false })
const places = commandsOf(program).flatMap(placesOf)

/** The error that a line without a network ends in. */
async function failureOf(words: readonly string[]): Promise<{ code: string; exitCode: number | undefined }> {
  const { exitCode, err } = await runUnattended(words, { folder })
  const line = err.split('\n').findLast((text) => text.startsWith('{'))
  const { code } = lineSchemaOf('storgo.error/1').parse(JSON.parse(line ?? err)) as { code: string }
  return { code, exitCode }
}

const NONE = ['', '-1', 'NaN', 'Infinity', '0x10', '1e400', '9'.repeat(400), ' 1', '1_000', '1,5', '١', '1.2.3']

test('the quantities of the command line are known', () => {
  const known = places.map(({ line }) => line.join(' '))
  for (const line of ['node init --price', 'node init --ether', 'volume open --size', 'proof explain', 'ls --timeout'])
    assert.ok(known.includes(line), line)
  assert.ok(places.length >= 25, `${places.length}`)
})

test('what is no quantity, or beyond every bound, is wrong usage wherever one is typed', async () => {
  for (const { line, rest, isId } of places) {
    for (const text of NONE) {
      const { code, exitCode } = await failureOf([...line, text, ...rest])
      const where = `${[...line, text].join(' ')}: ${code}`
      if (isId) assert.notEqual(code, 'INTERNAL', where)
      else assert.deepEqual([code, exitCode], ['REQUEST_INVALID', 2], where)
    }
  }
})

test('no text for a quantity ends in an internal error', async () => {
  const digits = fc.bigInt({ min: 0n, max: 10n ** 60n }).map(String)
  const unit = fc.constantFrom('', 'B', 'KiB', 'MiB', 'TiB', 'ms', 's', 'h', '.5', 'e9')
  const text = fc.oneof(
    fc.tuple(digits, unit).map((parts) => parts.join('')),
    fc.double().map(String),
    fc.string(),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), text, async ({ line, rest }, quantity) => {
      const { code } = await failureOf([...line, quantity, ...rest])
      assert.notEqual(code, 'INTERNAL')
    }),
    { numRuns: 200 },
  )
})

test('the largest price is named when it is exceeded', async () => {
  const { exitCode, err } = await runUnattended(['node', 'init', '--price', '20000'], { folder })
  assert.equal(exitCode, 2)
  assert.match(err, /"20000\\" is too much: the largest is 18889\.46593147858085376"/u)
})
