import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
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

async function aFile(text: string): Promise<string> {
  const file = join(folder, `${Math.random()}.yaml`)
  await writeFile(file, text)
  return file
}

test('what nobody sets has the default of the schema', async () => {
  const config = await loadConfig({ environment: required, flags: {} })
  assert.deepEqual(config.p2p.listen, ['/ip4/127.0.0.1/tcp/0'])
  assert.equal(config.http.host, '127.0.0.1')
  assert.equal(config.log.format, 'json')
})

test('a flag wins over a variable, a variable over the file', async () => {
  const file = await aFile('capacitySectors: 1\nsettleEveryEpochs: 1\ndataDir: /from-file\n')
  const environment = { ...required, STORGO_CAPACITY_SECTORS: '2', STORGO_SETTLE_EVERY_EPOCHS: '2' }
  const config = await loadConfig({ file, environment, flags: { 'capacity-sectors': '3' } })
  assert.equal(config.capacitySectors, 3)
  assert.equal(config.settleEveryEpochs, 2)
  assert.equal(config.dataDir, '/from-file')
})

test('a file may be JSON', async () => {
  const file = await aFile(JSON.stringify({ http: { port: 8080 } }))
  assert.equal((await loadConfig({ file, environment: required, flags: {} })).http.port, 8080)
})

test('a list is written with commas in a variable', async () => {
  const environment = { ...required, STORGO_P2P_LISTEN: '/ip4/127.0.0.1/tcp/1, /ip4/127.0.0.1/tcp/2' }
  const config = await loadConfig({ environment, flags: {} })
  assert.deepEqual(config.p2p.listen, ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'])
})

test('every setting can be set by variable and by flag', async () => {
  assert.equal(new Set(settings.map((setting) => setting.variable)).size, settings.length)
  assert.ok(settings.some((setting) => setting.flag === 'p2p-max-connections-per-peer' && setting.kind === 'number'))
})

for (const [what, sources, setting] of [
  ['an unknown key in the file', { text: 'capcity: 1' }, 'capcity'],
  ['an unknown nested key in the file', { text: 'chain: {rpcURL: "http://x"}' }, 'chain.rpcURL'],
  ['an unknown variable', { environment: { STORGO_CHIAN_RPC_URL: 'x' } }, 'STORGO_CHIAN_RPC_URL'],
  ['an unknown flag', { flags: { 'chain-rpc': 'x' } }, '--chain-rpc'],
  ['a number that is not one', { environment: { STORGO_CAPACITY_SECTORS: 'ten' } }, 'capacitySectors'],
  ['a number out of bounds', { environment: { STORGO_HTTP_PORT: '65536' } }, 'http.port'],
  ['a URL of another protocol', { environment: { STORGO_CHAIN_RPC_URL: 'ftp://x' } }, 'chain.rpcUrl'],
] as const) {
  test(`${what} is CONFIG_INVALID and named`, async () => {
    const file = 'text' in sources ? await aFile(sources.text) : undefined
    const environment = { ...required, ...('environment' in sources ? sources.environment : {}) }
    const flags = 'flags' in sources ? sources.flags : {}
    await assert.rejects(loadConfig({ file, environment, flags }), { code: 'CONFIG_INVALID', details: { setting } })
  })
}

test('a missing setting without default is CONFIG_INVALID and named', async () => {
  const { STORGO_CHAIN_RPC_URL: _, ...environment } = required
  await assert.rejects(loadConfig({ environment, flags: {} }), { code: 'CONFIG_INVALID', message: /chain/ })
})

test('a file that is not there, not a mapping or full of aliases is CONFIG_INVALID', async () => {
  for (const file of [join(folder, 'none'), await aFile('- 1'), await aFile('a: &x 1\nb: *x'), await aFile('{')]) {
    await assert.rejects(loadConfig({ file, environment: required, flags: {} }), {
      code: 'CONFIG_INVALID',
      details: { file },
    })
  }
})
