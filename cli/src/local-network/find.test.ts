import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findLocalNetwork, LOCAL_NETWORK_FOLDER, readLocalNetwork } from './find.ts'
import type { LocalNetworkRecord } from './record.ts'

const root = mkdtempSync(join(tmpdir(), 'storgo-find-'))
after(() => rmSync(root, { recursive: true }))

/** A folder below which a network with that record runs; gives a folder two levels down. */
function aFolderWith(name: string, record: unknown): string {
  const network = join(root, name, LOCAL_NETWORK_FOLDER)
  mkdirSync(network, { recursive: true })
  writeFileSync(join(network, 'network.json'), typeof record === 'string' ? record : JSON.stringify(record))
  const below = join(root, name, 'deep', 'down')
  mkdirSync(below, { recursive: true })
  return below
}

function aRecord(pid: number): LocalNetworkRecord {
  return {
    pid,
    chainId: 31337,
    rpcUrl: 'http://127.0.0.1:8545',
    deploymentFile: '/x/deployment.json',
    accounts: {
      demo: {
        address: `0x${'ab'.repeat(20)}`,
        keyFile: '/x/demo.json',
        passwordFile: '/x/demo.password',
        envelopeFile: '/x/demo.envelope.json',
      },
    },
    providers: [],
    volumeId: '1',
    startedAt: '2026-01-02T03:04:05.000Z',
  }
}

test('a network is found from any folder below', () => {
  const below = aFolderWith('running', aRecord(process.pid))
  assert.deepEqual(findLocalNetwork(below), aRecord(process.pid))
})

test('a network whose process has ended is none', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  assert.throws(() => findLocalNetwork(aFolderWith('ended', aRecord(pid))), { code: 'NETWORK_NOT_FOUND' })
})

test('where nothing was ever started there is none', () => {
  assert.throws(() => findLocalNetwork(root), { code: 'NETWORK_NOT_FOUND' })
  assert.equal(readLocalNetwork(root), undefined)
})

test('a record that does not say what it has to is refused with its path', () => {
  for (const [name, record] of [
    ['cut', '{"pid": 1'],
    ['typo', { ...aRecord(process.pid), rpcURL: 'http://127.0.0.1' }],
    ['bad-address', { ...aRecord(process.pid), accounts: { demo: { ...aRecord(1).accounts.demo, address: '0x12' } } }],
  ] as const)
    assert.throws(() => findLocalNetwork(aFolderWith(name, record)), { code: 'CONFIG_INVALID' }, name)
})
