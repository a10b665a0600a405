import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hexToBytes } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { createWallet, openWallet } from './wallet.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-wallet-'))
after(() => rmSync(folder, { recursive: true }))

async function aWallet(name: string) {
  const key = generatePrivateKey()
  const files = { keyFile: join(folder, `${name}.json`), envelopeFile: join(folder, `${name}.envelope.json`) }
  const account = await createWallet(files, { privateKey: hexToBytes(key), password: 'pass', chainId: 31337 })
  return { key, files, account }
}

test('a wallet opens to the same account and master key every time', async () => {
  const { key, files, account } = await aWallet('same')
  assert.equal(account.address, privateKeyToAddress(key))
  const [first, second] = await Promise.all([openWallet(files, 'pass'), openWallet(files, 'pass')])
  assert.equal(first.account.address, account.address)
  assert.equal(first.masterKey.length, 32)
  assert.deepEqual(first.masterKey, second.masterKey)
  for (const path of Object.values(files)) assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('nothing of the key or the master key is readable in either file', async () => {
  const { key, files } = await aWallet('sealed')
  const { masterKey } = await openWallet(files, 'pass')
  for (const path of Object.values(files)) {
    const text = readFileSync(path, 'utf8')
    assert.ok(!text.includes(key.slice(2)))
    assert.ok(!text.includes(Buffer.from(masterKey).toString('hex')))
  }
})

test('a wallet is never overwritten', async () => {
  const { files } = await aWallet('kept')
  const before = readFileSync(files.keyFile, 'utf8')
  const other = { privateKey: hexToBytes(generatePrivateKey()), password: 'other', chainId: 31337 }
  await assert.rejects(createWallet(files, other), { code: 'FILE_EXISTS' })
  assert.equal(readFileSync(files.keyFile, 'utf8'), before)
})

test('the wrong password, a missing file, an altered one and one of another account are told apart', async () => {
  const { files } = await aWallet('named')
  const { files: others } = await aWallet('other')
  await assert.rejects(openWallet(files, 'wrong'), { code: 'PASSWORD_WRONG' })
  await assert.rejects(openWallet({ ...files, envelopeFile: join(folder, 'none') }, 'pass'), {
    code: 'KEY_FILE_MISSING',
  })
  await assert.rejects(openWallet({ ...files, envelopeFile: others.envelopeFile }, 'pass'), {
    code: 'DECRYPTION_FAILED',
  })
  const altered = join(folder, 'altered.json')
  writeFileSync(altered, readFileSync(files.envelopeFile, 'utf8').replace('"version": 1', '"version": 2'))
  await assert.rejects(openWallet({ ...files, envelopeFile: altered }, 'pass'), { code: 'KEY_FILE_INVALID' })
})
