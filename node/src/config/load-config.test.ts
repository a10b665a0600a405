import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isStorgoError } from '@storgo/protocol'
import { loadConfig } from './load-config.ts'
import { settings } from './settings.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storgo-config-'))
})
after(() => rm(folder, { recursive: true }))

const required = {
  STORGO_CHAIN_RPC_URL: 'http://127.0.0.1:8545',
  STORGO_CHAIN_DEPLOYMENT_FILE: '/d.json',
  STORGO_OPERATOR_KEY_FILE: '/k.json',
  STORGO_OPERATOR_PASSWORD_FILE: '/p.txt',
}

let files = 0
async function aFile(text: string, extension = 'yaml'): Promise<string> {
  const file = join(folder, `${files++}.${extension}`)
  await writeFile(file, text)
  return file
}

async function notText(): Promise<string> {
  const file = await aFile('')
  await writeFile(file, Buffer.from([0xff, 0xfe, 0xfd]))
  return file
}

test('what nobody sets has the default of the schema', async () => {
  const { config } = await loadConfig({ environment: required, flags: {} })
  assert.deepEqual(config.p2p.listen, ['/ip4/127.0.0.1/tcp/0'])
  assert.equal(config.http.host, '127.0.0.1')
  assert.equal(config.log.format, 'json')
})

test('a flag wins over a variable, that over the profile, that over the file, that over what a profile sets by itself', async () => {
  const text = `
dataDir: /file
capacitySectors: 1
stagingSectors: 1
settleEveryEpochs: 2
http: { port: 1 }
profiles:
  development: { capacitySectors: 3, stagingSectors: 3, http: { port: 3 } }
  staging: { dataDir: /not-chosen }`
  const environment = { ...required, STORGO_CAPACITY_SECTORS: '4', STORGO_HTTP_PORT: '4' }
  const flags = { 'http-port': '5' }
  const loaded = await loadConfig({ file: await aFile(text), profile: 'development', environment, flags })
  const { dataDir, http, capacitySectors, stagingSectors, settleEveryEpochs, watch } = loaded.config
  assert.deepEqual([http.port, capacitySectors, stagingSectors, settleEveryEpochs, dataDir], [5, 4, 3, 2, '/file'])
  assert.equal(watch.intervalSeconds, 5)
  assert.deepEqual(loaded.values.get('http.port'), [
    { layer: 'default', value: 0 },
    { layer: 'file', value: 1 },
    { layer: 'profile', value: 3 },
    { layer: 'environment', value: 4 },
    { layer: 'flag', value: 5 },
  ])
})

test('the profile is chosen by flag, else by STORGO_PROFILE, else by the file', async () => {
  const file = await aFile('profile: staging')
  const environment = { ...required, STORGO_PROFILE: 'production' }
  assert.equal((await loadConfig({ file, environment: required, flags: {} })).profile, 'staging')
  assert.equal((await loadConfig({ file, environment, flags: {} })).profile, 'production')
  assert.equal((await loadConfig({ file, profile: 'development', environment, flags: {} })).profile, 'development')
  assert.equal((await loadConfig({ environment: required, flags: {} })).profile, undefined)
})

for (const [extension, text] of [
  ['yaml', 'http:\n  port: 8080 # for people\np2p:\n'],
  ['yml', 'http: {port: 8080}'],
  ['toml', '# for people\n[http]\nport = 8080\n[profiles.staging.log]\nlevel = "debug"\n'],
  ['json', '{ "http": { "port": 8080 } }'],
] as const) {
  test(`a file may be .${extension}`, async () => {
    const file = await aFile(text, extension)
    assert.equal((await loadConfig({ file, environment: required, flags: {} })).config.http.port, 8080)
  })
}

test('a list is written with commas in a variable', async () => {
  const environment = { ...required, STORGO_P2P_LISTEN: '/ip4/127.0.0.1/tcp/1, /ip4/127.0.0.1/tcp/2' }
  const { config } = await loadConfig({ environment, flags: {} })
  assert.deepEqual(config.p2p.listen, ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'])
})

test('every setting can be set by variable and by flag, says what it is and accepts its own default', () => {
  for (const names of ['variable', 'flag', 'key'] as const) {
    assert.equal(new Set(settings.map((setting) => setting[names])).size, settings.length)
  }
  assert.ok(settings.some((setting) => setting.flag === 'p2p-max-connections-per-peer' && setting.kind === 'number'))
  for (const { key, description, expected, required, defaultValue, accepts } of settings) {
    assert.ok(description !== '' && expected !== 'a text', `${key}: ${expected}`)
    assert.ok(required || accepts(defaultValue), key)
  }
})

for (const [what, sources, setting, message] of [
  ['an unknown key', { text: 'capcitySectors: 1' }, 'capcitySectors', /did you mean capacitySectors\?/],
  [
    'an unknown key in a group',
    { text: 'chain: {rpcURL: "http://x"}' },
    'chain.rpcURL',
    /did you mean chain\.rpcUrl\?/,
  ],
  ['a key of a group on its own', { text: 'rpcUrl: "http://x"' }, 'rpcUrl', /did you mean chain\.rpcUrl\?/],
  ['a key that is like none', { text: 'weather: fine' }, 'weather', /there is no such setting$/],
  ['a value for a group', { text: 'chain: http://x' }, 'chain', /line 1\): expected settings below it/],
  [
    'an unknown variable',
    { environment: { STORGO_CHIAN_RPC_URL: 'x' } },
    'STORGO_CHIAN_RPC_URL',
    /mean STORGO_CHAIN_RPC_URL/,
  ],
  ['an unknown flag', { flags: { 'chain-rpc-ul': 'x' } }, '--chain-rpc-ul', /mean --chain-rpc-url/],
  [
    'a number that is none',
    { environment: { STORGO_CAPACITY_SECTORS: 'ten' } },
    'capacitySectors',
    /\(STORGO_CAPACITY_SECTORS\): expected a whole number from 1 to 268435455/,
  ],
  [
    'a number out of bounds',
    { text: '\nhttp:\n  port: 65536' },
    'http.port',
    /\.yaml, line 3\): expected a whole number from 0 to 65535/,
  ],
  [
    'a URL of another protocol',
    { environment: { STORGO_CHAIN_RPC_URL: 'ftp://secret@x' } },
    'chain.rpcUrl',
    /^(?!.*secret).*expected a URL \(http or https\)/,
  ],
  [
    'a choice that is none',
    { text: 'log:\n  level: loud' },
    'log.level',
    /expected one of debug, info, warn, error, silent/,
  ],
  [
    'a list that is none',
    { text: 'p2p: {listen: /ip4/1.2.3.4/tcp/1}' },
    'p2p.listen',
    /expected a list, from 1 to 8 long, of texts that are each a multiaddr/,
  ],
  ['a profile that is none', { text: 'profile: produktion' }, 'profile', /did you mean production\?/],
  ['a section of no profile', { text: 'profiles: {prod: {}}' }, 'profiles.prod', /expected one of development/],
  [
    'a mistake in a profile that is not chosen',
    { text: 'profiles:\n staging:\n  http:\n   prt: 1' },
    'profiles.staging.http.prt',
    /line 4\): there is no such setting; did you mean http\.port\?/,
  ],
] as const) {
  test(`${what} is CONFIG_INVALID and named, with what was expected or probably meant`, async () => {
    const file = 'text' in sources ? await aFile(sources.text) : undefined
    const environment = { ...required, ...('environment' in sources ? sources.environment : {}) }
    const flags = 'flags' in sources ? sources.flags : {}
    await assert.rejects(loadConfig({ file, environment, flags }), (error) => {
      assert.ok(isStorgoError(error, 'CONFIG_INVALID'))
      assert.equal(error.details['setting'], setting)
      assert.match(error.message, message)
      return true
    })
  })
}

test('a missing setting without default is CONFIG_INVALID and named, with the ways to set it', async () => {
  const { STORGO_CHAIN_RPC_URL: _, ...environment } = required
  const message = /^Setting chain\.rpcUrl: it has to be set.*STORGO_CHAIN_RPC_URL.*--chain-rpc-url/
  await assert.rejects(loadConfig({ environment, flags: {} }), { code: 'CONFIG_INVALID', message })
})

test('the number of further mistakes is told', async () => {
  const file = await aFile('a: 1\nb: 2\nc: 3')
  await assert.rejects(loadConfig({ file, environment: required, flags: {} }), { message: /\(and 2 more\)$/ })
})

test('a file that is not there, too large, of no known kind or not of its kind is CONFIG_INVALID, with the line if known', async () => {
  for (const [file, line] of [
    [join(folder, 'none.yaml')],
    [await aFile('x'.repeat((1 << 20) + 1))],
    [await aFile('dataDir: a', 'ini')],
    [await notText()],
    [await aFile('a: &x 1\nb: *x')],
    [await aFile('dataDir: /a\nlog: {'), 2],
    [await aFile('dataDir: /a\ndataDir: /b'), 2],
    [await aFile('dataDir: /a\n---\ndataDir: /b')],
    [await aFile('[log]\nlevel = loud\n', 'toml'), 2],
    [await aFile('{\n "dataDir": "/a"\n "http": {} }', 'json'), 3],
    [await aFile('dataDir: /a', 'json')],
    [await aFile('{"dataDir": "a", "dataDir": "b"}', 'json')],
  ] as const) {
    await assert.rejects(loadConfig({ file, environment: required, flags: {} }), (error) => {
      assert.ok(isStorgoError(error, 'CONFIG_INVALID'))
      assert.equal(error.details['file'], file)
      if (line !== undefined) assert.equal(error.details['line'], line, error.message)
      return true
    })
  }
  const list = await aFile('- 1')
  await assert.rejects(loadConfig({ file: list, environment: required, flags: {} }), {
    message: /expected settings by name/,
  })
})
