import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectStorgo, formatRecoveryCard, recoverFromWallet } from '@storgo/sdk'
import { createKeyFile } from '@storgo/sdk/key-file'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { accounts, privateKeyOf } from '../../scripts/local/accounts.ts'
import { aFile, sha256 } from './volumes/a-file.ts'
import { type ANetwork, aNetwork } from './volumes/a-network.ts'

const STORGO = fileURLToPath(new URL('../../cli/bin/storgo.js', import.meta.url))
const stored = aFile('folder/stored.bin', (3 << 20) + 77)
let network: ANetwork
/** An empty machine: nothing in it leads to a network or a wallet. */
let machine: string

before(async () => {
  network = await aNetwork()
  machine = await mkdtemp(join(tmpdir(), 'storgo-machine-'))
  await using client = await network.client()
  await client.volume.put([stored])
})
after(async () => {
  await network?.[Symbol.asyncDispose]()
  await rm(machine, { recursive: true, force: true })
})

/** Runs `storgo` on the empty machine; its answer is the last line of JSON. */
async function storgo(profile: string, ...args: string[]): Promise<Record<string, unknown>> {
  const env = { PATH: process.env['PATH'], HOME: machine, STORGO_CLI_FOLDER: join(machine, profile) }
  const run = promisify(execFile)(process.execPath, [STORGO, '--json', ...args], { cwd: machine, env })
  const { stdout } = await run
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>
}

const theFile = async (path: string) =>
  sha256(
    (async function* () {
      yield new Uint8Array(await readFile(path))
    })(),
  )

test('from the wallet alone its volumes, keys and files are there again', async () => {
  const { wallet, rpcUrl, deployment, volumeId } = network
  const { masterKey, envelope, volumeIds } = await recoverFromWallet(wallet.account, { rpcUrl, deployment })
  assert.deepEqual(Buffer.from(masterKey), Buffer.from(wallet.masterKey))
  assert.ok(volumeIds.includes(volumeId))
  await using again = await connectStorgo({ rpcUrl, deployment, account: wallet.account, envelope })
  assert.equal(await sha256(again.volume(volumeId).get(stored.path)), await sha256(stored.open()))
})

test('a wallet that has no volume recovers nothing', async () => {
  const { rpcUrl, deployment } = network
  const stranger = privateKeyToAccount(generatePrivateKey())
  await assert.rejects(recoverFromWallet(stranger, { rpcUrl, deployment }), { code: 'VOLUME_UNKNOWN' })
})

test('on an empty machine `storgo recover --wallet` makes `ls` and `get` work', async () => {
  const { rpcUrl, deployment } = network
  const [key, password, contracts] = ['key.json', 'key.password', 'contracts.json'].map((name) => join(machine, name))
  const demo = privateKeyOf(accounts.demo)
  await createKeyFile(key as string, demo, 'a password', { scryptN: 2 ** 10 })
  await writeFile(password as string, 'a password\n', { mode: 0o600 })
  await writeFile(contracts as string, JSON.stringify(deployment))
  const args = ['--wallet', key, '--wallet-password-file', password, '--deployment', contracts, '--rpc', rpcUrl]
  const recovered = await storgo('from-wallet', 'recover', ...(args as string[]))
  assert.equal(recovered['address'], network.wallet.account.address)
  assert.equal((await storgo('from-wallet', 'ls', '-r'))['path'], stored.path)
  await storgo('from-wallet', 'get', stored.path, 'from-wallet.bin')
  assert.equal(await theFile(join(machine, 'from-wallet.bin')), await sha256(stored.open()))
})

test('on an empty machine `storgo recover --card` makes `ls`, `get` and `put` work', async () => {
  const { rpcUrl, deployment, wallet, volumeId } = network
  const { masterKey } = wallet
  const card = formatRecoveryCard({ masterKey, deployment, rpcUrl, volumeIds: [volumeId], madeOn: '2026-11-22' })
  const file = join(machine, 'card.txt')
  await writeFile(file, card, { mode: 0o644 })
  await assert.rejects(storgo('from-card', 'recover', '--card', file), { code: 4 })
  await writeFile(join(machine, 'secret-card.txt'), card, { mode: 0o600 })
  await storgo('from-card', 'recover', '--card', 'secret-card.txt')
  await storgo('from-card', 'get', stored.path, 'from-card.bin')
  assert.equal(await theFile(join(machine, 'from-card.bin')), await sha256(stored.open()))
  await storgo('from-card', 'put', 'from-card.bin', 'again.bin')
  await using client = await network.client()
  assert.equal(await sha256(client.volume.get('again.bin')), await sha256(stored.open()))
})

test('a card is written for its owner alone, and the terminal has it only after a yes', async () => {
  await storgo('from-wallet', 'recovery', 'card', '--out', 'printed.txt')
  const { mode } = await stat(join(machine, 'printed.txt'))
  assert.equal(mode & 0o777, 0o600)
  assert.match(await readFile(join(machine, 'printed.txt'), 'utf8'), /24\. [a-z]+/u)
  await assert.rejects(storgo('from-wallet', 'recovery', 'card', '--out', 'printed.txt'), { code: 1 })
  await assert.rejects(storgo('from-wallet', 'recovery', 'card'), { code: 2 })
  assert.match(String((await storgo('from-wallet', '--yes', 'recovery', 'card'))['card']), /24\. [a-z]+/u)
})
