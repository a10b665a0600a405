import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createMasterKey, type KeyWallet, unlockMasterKey } from './master-key.ts'

test('a wallet unlocks the master key that it sealed, and no other wallet does', async () => {
  const wallet = privateKeyToAccount(generatePrivateKey())
  const { masterKey, envelope } = await createMasterKey(wallet, 31_337)
  assert.equal(masterKey.length, 32)
  assert.deepEqual(await unlockMasterKey(wallet, 31_337, envelope), masterKey)
  const other = privateKeyToAccount(generatePrivateKey())
  await assert.rejects(unlockMasterKey(other, 31_337, envelope), { code: 'DECRYPTION_FAILED' })
  await assert.rejects(unlockMasterKey(wallet, 1, envelope), { code: 'DECRYPTION_FAILED' })
})

test('a wallet that signs the same message differently each time is refused', async () => {
  const { address } = privateKeyToAccount(generatePrivateKey())
  const fickle: KeyWallet = {
    address,
    signTypedData: (data) => privateKeyToAccount(generatePrivateKey()).signTypedData(data),
  }
  await assert.rejects(createMasterKey(fickle, 31_337), { code: 'REQUEST_INVALID', details: { wallet: address } })
})
