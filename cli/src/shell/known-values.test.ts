import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { after, test } from 'node:test'
import { valuesFor } from '../commands/complete.ts'
import { Interruptions } from '../interruptions.ts'
import { Output } from '../output.ts'
import { createProgram } from '../program.ts'
import { KnownValues } from './known-values.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-values-'))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'photos'))
writeFileSync(join(folder, 'photo.jpg'), '')

const [stdout, stderr] = [new PassThrough(), new PassThrough()]
const context = {
  ...{ stdout, stderr, cwd: folder, env: { STORGO_CLI_FOLDER: join(folder, 'profile') }, stdin: Readable.from([]) },
  output: new Output({ stdout, stderr, json: false, quiet: false, color: false }),
  options: { json: false, quiet: false, yes: false, color: false },
  signal: new AbortController().signal,
  interruptions: new Interruptions(),
  passwords: new Map<string, string>(),
}

test('local paths, settings, levels, profiles and shells are known without a network', async () => {
  await using values = new KnownValues(context)
  assert.deepEqual((await values.starting('local path', 'pho', [])).sort(), ['photo.jpg', 'photos/'])
  assert.deepEqual(await values.starting('setting', 'log.l', []), ['log.level'])
  assert.deepEqual(await values.starting('level', 'wa', []), ['warn'])
  assert.deepEqual(await values.starting('profile', 'prod', []), ['production'])
  assert.deepEqual(await values.starting('shell', 'z', []), ['zsh'])
})

test('where there is no network nothing is known of it, and nothing is said', async () => {
  await using values = new KnownValues(context)
  for (const kind of ['volume', 'remote path', 'provider', 'operator', 'log'] as const)
    assert.deepEqual(await values.starting(kind, '', []), [], kind)
  assert.equal(stderr.read(), null)
})

test('the scripts of other shells are told what the last word can become, however it is quoted', async () => {
  const program = createProgram(async () => {}, { out: () => {}, err: () => {}, json: false })
  const found = (...words: string[]) => valuesFor(context, program, words)
  assert.deepEqual(await found('config', 'get', 'log.l'), ['log.level'])
  assert.deepEqual(await found('--config', 'x', 'config', 'get', '"log.l'), ['log.level'])
  assert.deepEqual(await found('logs', '--level', 'wa'), ['warn'])
  // Commands, flags and local paths are known to the scripts themselves.
  for (const words of [['vol'], ['ls', '--vol'], ['put', 'pho'], ['get', 'x', 'pho'], []])
    assert.deepEqual(await found(...words), [], words.join(' '))
})
