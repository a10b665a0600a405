import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfigFile, resolveConfig } from '@storgo/node/config'
import fc from 'fast-check'
import { changeConfigText, losesComments } from './change-config-text.ts'

const YAML = `# Mine.
dataDir: "/data" # quoted

log:
  # level: debug
p2p: {listen: [/ip4/127.0.0.1/tcp/1]}
`
/** Settings of every kind, with some values that each takes. */
const CHANGES = fc.oneof(
  fc.record({ path: fc.constant(['log', 'level']), value: fc.constantFrom('debug', 'info', undefined) }),
  fc.record({ path: fc.constant(['dataDir']), value: fc.string({ minLength: 1, maxLength: 20 }) }),
  fc.record({ path: fc.constant(['http', 'port']), value: fc.option(fc.nat(65_535), { nil: undefined }) }),
  fc.record({ path: fc.constant(['disk', 'probeSeconds']), value: fc.constantFrom(0.5, 10, undefined) }),
  fc.record({
    path: fc.constant(['p2p', 'announce']),
    value: fc.array(
      fc.nat(65_535).map((port) => `/ip4/1.2.3.4/tcp/${port}`),
      { maxLength: 3 },
    ),
  }),
  fc.record({ path: fc.constant(['profile']), value: fc.constantFrom('staging', undefined) }),
  fc.record({
    path: fc.constant(['profiles', 'staging', 'capacitySectors']),
    value: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: undefined }),
  }),
)

for (const extension of ['yaml', 'toml', 'json']) {
  test(`any changes of a .${extension} file give a file with just those values`, () => {
    const given = { yaml: YAML, toml: '', json: '{}' }[extension] ?? ''
    const before = new Map<string, unknown>(
      extension === 'yaml'
        ? [
            ['dataDir', '/data'],
            ['p2p.listen', ['/ip4/127.0.0.1/tcp/1']],
          ]
        : [],
    )
    fc.assert(
      fc.property(fc.array(CHANGES, { maxLength: 8 }), (changes) => {
        let file = parseConfigFile(`node.${extension}`, given)
        const expected = new Map<string, unknown>(before)
        for (const change of changes) {
          file = parseConfigFile(file.file, changeConfigText(file, change))
          if (change.value === undefined) expected.delete(change.path.join('.'))
          else expected.set(change.path.join('.'), change.value)
        }
        const { values, profile, problems } = resolveConfig({ file, profile: 'staging', environment: {}, flags: {} })
        assert.deepEqual(
          problems.filter(({ source }) => source !== undefined),
          [],
        )
        assert.equal(profile, 'staging')
        for (const [key, layers] of values) {
          const inLayer = (wanted: string) => layers.find(({ layer }) => layer === wanted)?.value
          assert.deepEqual(inLayer('file'), expected.get(key), key)
          assert.deepEqual(inLayer('profile'), expected.get(`profiles.staging.${key}`), key)
        }
      }),
      { numRuns: 50 },
    )
  })
}

test('YAML keeps comments, quotes and the order of everything else', () => {
  const file = parseConfigFile('node.yaml', YAML)
  assert.equal(
    changeConfigText(file, { path: ['log', 'level'], value: 'warn' }),
    YAML.replace('log:\n  # level: debug\n', 'log:\n  # level: debug\n  level: warn\n'),
  )
  assert.equal(
    changeConfigText(file, { path: ['p2p', 'listen'], value: ['/ip4/1.2.3.4/tcp/5'] }),
    // A comment that stands for the whole of a group moves up to its name.
    YAML.replace('127.0.0.1/tcp/1', '1.2.3.4/tcp/5').replace('log:\n  #', 'log: #'),
  )
})

test('only TOML with comments loses any', () => {
  assert.equal(losesComments(parseConfigFile('a.toml', '# Mine.\n')), true)
  assert.equal(losesComments(parseConfigFile('a.toml', 'capacitySectors = 1\n')), false)
  assert.equal(losesComments(parseConfigFile('a.yaml', YAML)), false)
})
