import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isStorgoError } from '@storgo/protocol'
import { bytesToHex, hexToBytes } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { createKeyFile, openKeyFile, readPasswordFile } from './key-file.ts'

/** The key of the Web3 Secret Storage Definition's test vectors; its password is `testpassword`. */
const VECTOR_KEY = hexToBytes('0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d')
/** Written by ethers 6.17. (The standard's own scrypt vector breaks a rule of scrypt, N < 2^(16 r).) */
const SCRYPT_FILE = {
  address: '008aeeda4d805471df9b2a5b0f38a0c3bcba786b',
  id: 'acbc30a6-bf58-4a48-b715-d29a96f01a9e',
  version: 3,
  Crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6e59d2f1d810af68433066e57c3cc70c' },
    ciphertext: '4af0968d38f45912ebee5e4dcbd1147c11c0c4fd21ebf8c6b4882433983fc533',
    kdf: 'scrypt',
    kdfparams: {
      salt: '5a55cdc2f26d294033be4d4665e397cc5fe5449f81ce859c09b43f0ef9aac5bd',
      n: 131072,
      dklen: 32,
      p: 1,
      r: 8,
    },
    mac: '24b0d5b6563a84d856f5c150f8980625c181a3d741f2a39921677bc4b34a41a8',
  },
}
/** The standard's own. */
const PBKDF2_FILE = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}

const CHEAP = { scryptN: 2 ** 10 }
let folder: string
let count = 0
const aPath = () => join(folder, `file-${count++}`)

async function aFile(content: string, mode = 0o600): Promise<string> {
  const path = aPath()
  await writeFile(path, content)
  await chmod(path, mode)
  return path
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storgo-key-file-'))
})
after(() => rm(folder, { recursive: true }))

test('a key file gives its key back and is readable by its owner alone', async () => {
  const path = aPath()
  const key = randomBytes(32)
  await createKeyFile(path, key, 'correct horse')
  assert.deepEqual(await openKeyFile(path, 'correct horse'), new Uint8Array(key))
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const { version, address, crypto } = JSON.parse(await readFile(path, 'utf8'))
  assert.equal(version, 3)
  assert.equal(`0x${address}`, privateKeyToAddress(bytesToHex(key)).toLowerCase())
  assert.deepEqual([crypto.kdf, crypto.kdfparams.n], ['scrypt', 2 ** 15])
})

test('key files of other tools open, whether by scrypt or PBKDF2', async () => {
  for (const vector of [SCRYPT_FILE, PBKDF2_FILE]) {
    const path = await aFile(JSON.stringify(vector))
    assert.deepEqual(await openKeyFile(path, 'testpassword'), VECTOR_KEY)
  }
})

test('a wrong password is told from a broken file, and neither error quotes a secret', async () => {
  const path = aPath()
  const key = randomBytes(32)
  await createKeyFile(path, key, 'right', CHEAP)
  await assert.rejects(openKeyFile(path, 'wrong-password'), (error: Error) => {
    const shown = `${error.message} ${JSON.stringify(error)} ${error.stack}`
    return (
      isStorgoError(error, 'PASSWORD_WRONG') &&
      !shown.includes('wrong-password') &&
      !shown.includes(key.toString('hex'))
    )
  })
})

test('an existing key file is never overwritten, and no draft is left behind', async () => {
  const path = aPath()
  const key = randomBytes(32)
  await createKeyFile(path, key, 'first', CHEAP)
  await assert.rejects(createKeyFile(path, randomBytes(32), 'second', CHEAP), { code: 'FILE_EXISTS' })
  assert.deepEqual(await openKeyFile(path, 'first'), new Uint8Array(key))
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
    [],
  )
})

test('of two that create the same key file at once one fails', async () => {
  const path = aPath()
  const create = () => createKeyFile(path, randomBytes(32), 'password', CHEAP)
  const results = await Promise.allSettled([create(), create()])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  await openKeyFile(path, 'password')
})

test('a key file that group or others may read or write is refused', async () => {
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o666]) {
    const path = await aFile(JSON.stringify(SCRYPT_FILE), mode)
    await assert.rejects(openKeyFile(path, 'testpassword'), {
      code: 'KEY_FILE_EXPOSED',
      details: { path, mode: mode.toString(8) },
    })
  }
})

test('a missing key file is named as such', async () => {
  await assert.rejects(openKeyFile(join(folder, 'nothing'), 'x'), { code: 'KEY_FILE_MISSING' })
})

test('a folder, an empty file and a huge one are no key files', async () => {
  const inner = join(folder, 'inner')
  await mkdir(inner, { mode: 0o700 })
  for (const path of [inner, await aFile(''), await aFile('x'.repeat(70_000))]) {
    await assert.rejects(openKeyFile(path, 'x'), { code: 'KEY_FILE_INVALID' })
  }
})

test('every malformed field makes a key file invalid, before any costly derivation', async () => {
  const { Crypto: crypto } = SCRYPT_FILE
  const broken: unknown[] = [
    null,
    [],
    'text',
    {},
    { ...SCRYPT_FILE, version: 1 },
    { ...SCRYPT_FILE, address: 7 },
    { version: 3, crypto: [] },
    { version: 3, crypto: { ...crypto, cipher: 'aes-256-gcm' } },
    { version: 3, crypto: { ...crypto, cipherparams: { iv: '00' } } },
    { version: 3, crypto: { ...crypto, ciphertext: 'zz' } },
    { version: 3, crypto: { ...crypto, mac: crypto.mac.slice(2) } },
    { version: 3, crypto: { ...crypto, kdf: 'argon2' } },
    ...[
      { dklen: 16 },
      { salt: '' },
      { n: 2 ** 30 },
      { n: 3 },
      { n: 2 ** 16, r: 1 },
      { n: 1 },
      { n: 0.5 },
      { r: 0 },
      { p: 1e9 },
    ].map((bad) => ({
      ...SCRYPT_FILE,
      crypto: { ...crypto, kdfparams: { ...crypto.kdfparams, ...bad } },
    })),
    ...[{ prf: 'hmac-md5' }, { c: 1e12 }].map((bad) => ({
      ...PBKDF2_FILE,
      crypto: { ...PBKDF2_FILE.crypto, kdfparams: { ...PBKDF2_FILE.crypto.kdfparams, ...bad } },
    })),
  ]
  for (const content of broken) {
    const path = await aFile(JSON.stringify(content))
    await assert.rejects(openKeyFile(path, 'testpassword'), { code: 'KEY_FILE_INVALID' }, JSON.stringify(content))
  }
  await assert.rejects(openKeyFile(await aFile('not JSON'), 'x'), { code: 'KEY_FILE_INVALID' })
})

test("a key file that names another key's address is refused", async () => {
  const path = await aFile(JSON.stringify({ ...PBKDF2_FILE, address: 'ab'.repeat(20) }))
  await assert.rejects(openKeyFile(path, 'testpassword'), { code: 'KEY_FILE_INVALID' })
})

test('a password file gives its line without the newline, under the same rules', async () => {
  assert.equal(await readPasswordFile(await aFile('pass word\n')), 'pass word')
  assert.equal(await readPasswordFile(await aFile('pass word\r\n')), 'pass word')
  assert.equal(await readPasswordFile(await aFile(' päss\n\n')), ' päss\n')
  await assert.rejects(readPasswordFile(await aFile('x', 0o644)), { code: 'KEY_FILE_EXPOSED' })
  await assert.rejects(readPasswordFile(await aFile('')), { code: 'KEY_FILE_INVALID' })
  await assert.rejects(readPasswordFile(aPath()), { code: 'KEY_FILE_MISSING' })
})
