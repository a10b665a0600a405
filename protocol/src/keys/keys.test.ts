import assert from 'node:assert/strict'
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesToHex, type Hex, parseSignature, serializeCompactSignature, signatureToCompactSignature } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { chunkKey, deriveHeadKey, deriveSessionKey, deriveVolumeKey } from './derive-keys.ts'
import { masterKeyTypedData, unwrapMasterKey, wrapMasterKey } from './master-key.ts'

const MASTER = new Uint8Array(32).fill(9)
const SALT = new Uint8Array(32).fill(4)
const hkdf = (ikm: Uint8Array, info: Uint8Array) => new Uint8Array(hkdfSync('sha256', ikm, new Uint8Array(0), info, 32))

test('keys are derived as the specification says', async () => {
  const volume = Buffer.concat([Buffer.from('storgo/volume/1'), Buffer.from('0000000000007a690000000000000102', 'hex')])
  const volumeKey = deriveVolumeKey(MASTER, 31337, 0x102n)
  assert.deepEqual(volumeKey, hkdf(MASTER, volume))
  assert.deepEqual(deriveHeadKey(volumeKey), hkdf(volumeKey, Buffer.from('storgo/head/1')))
  const session = Buffer.concat([Buffer.from('storgo/session/1'), Buffer.from('0000000000007a6900000003', 'hex')])
  const { privateKey, address } = deriveSessionKey(MASTER, 31337, 3)
  assert.deepEqual(privateKey, hkdf(MASTER, session))
  assert.equal(address, privateKeyToAccount(bytesToHex(privateKey)).address)
  const encoded = Buffer.from('encoded bytes')
  const expected = createHmac('sha256', volumeKey).update(createHash('sha256').update(encoded).digest()).digest()
  assert.deepEqual(await chunkKey(volumeKey, encoded), new Uint8Array(expected))
})

test('another chain, volume or generation has other keys', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 2n ** 64n - 1n), (a, b, v, w) => {
      const same = bytesToHex(deriveVolumeKey(MASTER, a, v)) === bytesToHex(deriveVolumeKey(MASTER, b, w))
      assert.equal(same, a === b && v === w)
    }),
  )
  assert.notDeepEqual(deriveSessionKey(MASTER, 1, 1), deriveSessionKey(MASTER, 1, 2))
  assert.notDeepEqual(deriveSessionKey(MASTER, 1, 1), deriveSessionKey(MASTER, 2, 1))
})

test('the wallet that sealed a master key opens it, in either form of its signature', async () => {
  const wallet = privateKeyToAccount(`0x${'11'.repeat(32)}`)
  const signature = await wallet.signTypedData(masterKeyTypedData(31337, SALT))
  const compact = serializeCompactSignature(signatureToCompactSignature(parseSignature(signature)))
  const envelope = await wrapMasterKey(MASTER, SALT, signature)
  assert.equal(envelope.sealed.length, 48)
  assert.deepEqual(await unwrapMasterKey(envelope, signature), MASTER)
  assert.deepEqual(await unwrapMasterKey(envelope, compact), MASTER)
})

test('another wallet, salt or envelope opens nothing, and says so by name', async () => {
  const wallet = privateKeyToAccount(`0x${'11'.repeat(32)}`)
  const other = privateKeyToAccount(`0x${'22'.repeat(32)}`)
  const signature = await wallet.signTypedData(masterKeyTypedData(31337, SALT))
  const envelope = await wrapMasterKey(MASTER, SALT, signature)
  const refuses = (e: typeof envelope, s: Hex, code: string) => assert.rejects(unwrapMasterKey(e, s), { code })
  await refuses(envelope, await other.signTypedData(masterKeyTypedData(31337, SALT)), 'DECRYPTION_FAILED')
  await refuses(envelope, await wallet.signTypedData(masterKeyTypedData(1, SALT)), 'DECRYPTION_FAILED')
  await refuses({ ...envelope, salt: MASTER }, signature, 'DECRYPTION_FAILED')
  await refuses({ ...envelope, sealed: envelope.sealed.map((byte) => byte ^ 1) }, signature, 'DECRYPTION_FAILED')
  await refuses(envelope, '0x1234', 'REQUEST_INVALID')
})
