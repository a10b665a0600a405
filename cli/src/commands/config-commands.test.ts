import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../bin/storgo.js', import.meta.url))
const TEXT = `# Mine.
dataDir: /nowhere/data
chain: {rpcUrl: "http://127.0.0.1:1", deploymentFile: /d.json}
operator: {keyFile: /k.json, passwordFile: /p.txt}
capacitySectors: 100 # 100 MiB
profiles:
  staging: {capacitySectors: 7}
`
let folder: string
let file: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storgo-config-'))
  file = join(folder, 'node.yaml')
})
beforeEach(() => writeFile(file, TEXT))
after(() => rm(folder, { recursive: true }))

/** `storgo config …` without a terminal. */
function config(args: readonly string[], environment: Record<string, string> = {}) {
  const env = { PATH: process.env['PATH'], ...environment }
  const run = spawnSync(process.execPath, [BIN, 'config', ...args, '--json'], { encoding: 'utf8', env, cwd: folder })
  const json = (text: string) => (text === '' ? undefined : JSON.parse(text))
  return { code: run.status, data: json(run.stdout), error: run.status === 0 ? undefined : run.stderr }
}

const here = ['--folder', '.']
const text = () => readFile(file, 'utf8')

test('set and unset change one value and keep the rest', async () => {
  assert.equal(config(['set', 'capacitySectors', '200', ...here]).code, 0)
  assert.equal(await text(), TEXT.replace('100 # 100', '200 # 100'))
  assert.equal(config(['set', 'capacitySectors', '8', '--profile', 'staging', ...here]).code, 0)
  assert.equal(config(['get', 'capacitySectors', '--profile', 'staging', ...here]).data.value, 8)
  assert.equal(config(['unset', 'capacitySectors', ...here]).code, 0)
  assert.deepEqual(config(['get', 'capacitySectors', ...here]).data, {
    ...{ schema: 'storgo.config.get/1', key: 'capacitySectors', layer: 'default', value: 10_240 },
  })
})

test('what is not valid is not written, and said', async () => {
  for (const [args, message] of [
    [['set', 'capacitySectors', 'many'], /expected a whole number from 1 to/],
    [['set', 'capacitySector', '1'], /did you mean capacitySectors\?/],
    [['unset', 'log.levle'], /did you mean log\.level\?/],
    [['set', 'capacitySectors', '1', '--profile', 'prod'], /expected one of development, staging, production/],
    [['profile', 'live'], /there is no profile live/],
  ] as const) {
    const { code, error } = config([...args, ...here])
    assert.equal(code, 2)
    assert.match(error ?? '', message)
  }
  assert.equal(await text(), TEXT)
})

test('explain tells every layer and which one wins', () => {
  const environment = { STORGO_CAPACITY_SECTORS: '50' }
  const { data } = config(['explain', 'capacitySectors', '--profile', 'staging', ...here], environment)
  assert.deepEqual([data.value, data.from, data.reload, data.default], [50, 'environment', true, 10_240])
  assert.deepEqual(data.layers, [
    { layer: 'default', value: 10_240 },
    { layer: 'file', value: 100 },
    { layer: 'profile', value: 7 },
    { layer: 'environment', value: 50 },
  ])
  assert.ok(config(['explain', ...here]).data.settings.length > 20)
})

test('view shows the file, or everything that is in force', () => {
  assert.equal(config(['view', ...here]).data.content.capacitySectors, 100)
  const { data } = config(['view', '--effective', ...here], { STORGO_PROFILE: 'staging' })
  assert.equal(data.profile, 'staging')
  assert.deepEqual(data.settings['capacitySectors'], { layer: 'profile', value: 7 })
  assert.deepEqual(data.settings['log.level'], { layer: 'profile default', value: 'debug' })
})

test('validate tells everything that is wrong, with exit code 2', async () => {
  assert.deepEqual(config(['validate', ...here]).data, {
    schema: 'storgo.config.validate/1',
    file,
    valid: true,
    problems: [],
  })
  const other = join(folder, 'other.yaml')
  await writeFile(other, 'capacitySectors: none\nlog:\n  levle: info\n')
  const { code, data } = config(['validate', 'other.yaml'])
  assert.deepEqual([code, data.valid], [2, false])
  assert.deepEqual(
    data.problems.map(({ setting, line }: { setting: string; line: number }) => [setting, line]),
    [
      ['capacitySectors', 1],
      ['log.levle', 3],
    ],
  )
  await rm(other)
})

test('profile shows the profiles and chooses one', async () => {
  assert.equal(config(['profile', 'staging', ...here]).code, 0)
  const { profile, profiles } = config(['profile', ...here]).data
  assert.equal(profile, 'staging')
  assert.deepEqual(profiles[1].inFile, { capacitySectors: 7 })
  assert.equal(config(['profile', 'none', ...here]).code, 0)
  assert.equal(await text(), TEXT)
})

test('edit takes what is valid, and keeps what is not beside the file', async () => {
  const edit = (script: string) => config(['edit', ...here], { EDITOR: `sed -i ${script}` })
  assert.equal(edit('s/100/300/').data.changed, true)
  assert.match(await text(), /^capacitySectors: 300 /m)
  const before = await text()
  const { code, error } = edit('s/capacity/kapacity/')
  assert.equal(code, 2)
  assert.match(error ?? '', /nothing was saved: .*did you mean capacitySectors/)
  assert.equal(await text(), before)
  const copy = (await readdir(folder)).find((name) => name.startsWith('node.edit-')) ?? ''
  assert.match(await readFile(join(folder, copy), 'utf8'), /kapacity/)
  await rm(join(folder, copy))
  assert.equal(config(['edit', ...here], { EDITOR: 'false' }).code, 2)
  assert.equal(config(['edit', ...here]).code, 2)
  assert.equal(config(['edit', ...here], { VISUAL: '', EDITOR: 'sed -i s/300/400/' }).data.changed, true)
  assert.match(config(['edit', ...here], { VISUAL: '', EDITOR: ' ' }).error ?? '', /there is no terminal for an editor/)
  const missing = config(['edit', ...here], { VISUAL: 'no-such-editor --wait', EDITOR: 'true' })
  assert.equal(missing.code, 2)
  assert.match(missing.error ?? '', /the editor \\"no-such-editor --wait\\" cannot be started/)
  assert.deepEqual(await readdir(folder), ['node.yaml'])
})

test('TOML with comments is changed only with --yes', async () => {
  const toml = join(folder, 'node.toml')
  await writeFile(toml, '# Mine.\ncapacitySectors = 5\n')
  const refused = config(['set', 'capacitySectors', '6', '--file', 'node.toml'])
  assert.equal(refused.code, 2)
  assert.match(refused.error ?? '', /comments in node\.toml will be lost/)
  assert.equal(config(['set', 'capacitySectors', '6', '--file', 'node.toml', '--yes']).code, 0)
  assert.equal(await readFile(toml, 'utf8'), 'capacitySectors = 6\n')
  await rm(toml)
})

test('without a file, a node or a value there is an exit code that says so', async () => {
  assert.equal(config(['view', '--file', 'none.yaml']).code, 2)
  assert.equal(config(['diff', ...here]).code, 3)
  assert.equal(config(['reload', ...here]).code, 3)
  await writeFile(file, 'capacitySectors: 1\n')
  assert.deepEqual(config(['get', 'chain.rpcUrl', ...here]), {
    ...{ code: 3, data: { schema: 'storgo.config.get/1', key: 'chain.rpcUrl', value: null } },
    error: 'chain.rpcUrl is not set\n',
  })
})
