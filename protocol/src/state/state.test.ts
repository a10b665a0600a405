import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import {
  bytesToHex,
  compactSignatureToSignature,
  hashTypedData,
  hexToBytes,
  numberToBytes,
  parseCompactSignature,
  recoverAddress,
  serializeSignature,
} from 'viem'
import { privateKeyToAccount, privateKeyToAddress } from 'viem/accounts'
import { equalBytes } from '../bytes.ts'
import type { Epoch } from '../units.ts'
import { helloDigest, recoverHelloSigner, signHello } from './hello.ts'
import { penPromiseDigest, recoverPenPromiseSigner, signPenPromise } from './pen-promise.ts'
import { receiptDigest, recoverReceiptSigner, signReceipt } from './receipt.ts'
import { recoverReleaseSigner, releaseDigest, releaseTypedData, signRelease } from './release.ts'
import { addressOf, compactSignature, recoverSigner, signDigest } from './signature.ts'
import { linkHash, recoverStateSigner, type State, signState, stateDigest } from './state.ts'

const DOMAIN = { chainId: 31337, verifyingContract: '0x5FbDB2315678afecb367f032d93F642f64180aa3' } as const
const TYPED_DOMAIN = { name: 'Storgo', version: '1', ...DOMAIN } as const
const TYPES = {
  State: [
    { name: 'volumeId', type: 'uint64' },
    { name: 'nonce', type: 'uint64' },
    { name: 'generation', type: 'uint32' },
    { name: 'sectors', type: 'uint32' },
    { name: 'root', type: 'bytes32' },
    { name: 'link', type: 'Link' },
  ],
  Link: [
    { name: 'parent', type: 'bytes32' },
    { name: 'term', type: 'uint64' },
    { name: 'head', type: 'bytes32' },
  ],
  Receipt: [
    { name: 'state', type: 'bytes32' },
    { name: 'slot', type: 'uint8' },
    { name: 'epoch', type: 'uint32' },
    { name: 'term', type: 'uint64' },
  ],
  Promise: [
    { name: 'volumeId', type: 'uint64' },
    { name: 'slot', type: 'uint8' },
    { name: 'term', type: 'uint64' },
    { name: 'certified', type: 'uint64' },
    { name: 'latest', type: 'bytes32' },
    { name: 'latestTerm', type: 'uint64' },
  ],
  Hello: [
    { name: 'account', type: 'address' },
    { name: 'from', type: 'bytes' },
    { name: 'to', type: 'bytes' },
    { name: 'issuedAt', type: 'uint64' },
  ],
} as const

const aHash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const aUint64 = fc.bigInt(0n, 2n ** 64n - 1n)
const aUint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const aKey = fc.bigInt(1n, secp256k1.Point.Fn.ORDER - 1n).map((key) => numberToBytes(key, { size: 32 }))
const aState: fc.Arbitrary<State> = fc.record({
  volumeId: aUint64,
  nonce: aUint64,
  generation: aUint32,
  sectors: aUint32,
  root: aHash,
  parent: aHash,
  term: aUint64,
  head: aHash,
})
const someRuns = { numRuns: 40 }

test('digests are those of hashTypedData', () => {
  fc.assert(
    fc.property(
      aState,
      aHash,
      fc.nat(255),
      aUint32,
      fc.uint8Array({ maxLength: 50 }),
      (state, hash, slot, epoch, from) => {
        const { volumeId, nonce, generation, sectors, term } = state
        const [root, parent, head] = [state.root, state.parent, state.head].map((bytes) => bytesToHex(bytes)) as [
          `0x${string}`,
          `0x${string}`,
          `0x${string}`,
        ]
        const message = { volumeId, nonce, generation, sectors, root, link: { parent, term, head } }
        assert.equal(
          bytesToHex(stateDigest(state, DOMAIN)),
          hashTypedData({ domain: TYPED_DOMAIN, types: TYPES, primaryType: 'State', message }),
        )
        const receipt = { state: hash, slot, epoch: epoch as Epoch, term }
        assert.equal(
          bytesToHex(receiptDigest(receipt, DOMAIN)),
          hashTypedData({
            domain: TYPED_DOMAIN,
            types: TYPES,
            primaryType: 'Receipt',
            message: { ...receipt, state: bytesToHex(hash) },
          }),
        )
        const promise = { volumeId, slot, term, certified: nonce, latest: hash, latestTerm: term ^ 1n }
        assert.equal(
          bytesToHex(penPromiseDigest(promise, DOMAIN)),
          hashTypedData({
            domain: TYPED_DOMAIN,
            types: TYPES,
            primaryType: 'Promise',
            message: { ...promise, latest: bytesToHex(hash) },
          }),
        )
        const release = { volumeId, nonce }
        assert.equal(bytesToHex(releaseDigest(release, DOMAIN)), hashTypedData(releaseTypedData(DOMAIN, release)))
        const hello = { account: DOMAIN.verifyingContract, from, to: hash, issuedAt: nonce }
        assert.equal(
          bytesToHex(helloDigest(hello, DOMAIN)),
          hashTypedData({
            domain: TYPED_DOMAIN,
            types: TYPES,
            primaryType: 'Hello',
            message: { ...hello, from: bytesToHex(from), to: bytesToHex(hash) },
          }),
        )
      },
    ),
    someRuns,
  )
})

test('a signature is 64 bytes with a low s, deterministic, and gives its signer back', async () => {
  await fc.assert(
    fc.asyncProperty(aHash, aKey, async (digest, key) => {
      const signature = signDigest(digest, key)
      assert.equal(signature.length, 64)
      assert.deepEqual(signDigest(digest, key), signature)
      assert.equal(recoverSigner(digest, signature), addressOf(key))
      assert.equal(addressOf(key), privateKeyToAddress(bytesToHex(key)))
      // viem reads EIP-2098 in the same way.
      const full = serializeSignature(compactSignatureToSignature(parseCompactSignature(bytesToHex(signature))))
      assert.equal(await recoverAddress({ hash: bytesToHex(digest), signature: full }), addressOf(key))
    }),
    someRuns,
  )
})

test('a malleated, malformed or foreign signature is nobody’s or another’s, and never an exception', () => {
  fc.assert(
    fc.property(aHash, aKey, fc.nat(511), (digest, key, bit) => {
      const signature = signDigest(digest, key)
      const flipped = signature.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      assert.notEqual(recoverSigner(digest, flipped), addressOf(key))
      const s = BigInt(bytesToHex(signature.slice(32))) & (2n ** 255n - 1n)
      const high = secp256k1.Point.Fn.ORDER - s
      // A high s of 256 bits does not fit beside the parity; the largest that fits is still refused.
      if (high < 2n ** 255n) {
        const malleated = signature.slice()
        malleated.set(numberToBytes(high, { size: 32 }), 32)
        assert.equal(recoverSigner(digest, malleated), undefined)
      }
    }),
    someRuns,
  )
  const digest = new Uint8Array(32)
  const justHigh = numberToBytes(secp256k1.Point.Fn.ORDER / 2n + 1n, { size: 32 })
  const anyR = signDigest(digest, new Uint8Array(32).fill(1)).subarray(0, 32)
  const bad = [
    new Uint8Array(0),
    new Uint8Array(63),
    new Uint8Array(64),
    new Uint8Array(65),
    new Uint8Array(64).fill(0xff),
    Uint8Array.from([...anyR, ...new Uint8Array(32)]),
    Uint8Array.from([...anyR, ...justHigh]),
  ]
  for (const signature of bad) assert.equal(recoverSigner(digest, signature), undefined)
})

test('a wallet’s signature of a release, in either common form, is the 64 bytes that slots take', async () => {
  const key = new Uint8Array(32).fill(7)
  const account = privateKeyToAccount(bytesToHex(key))
  for (let nonce = 1n; nonce <= 8n; nonce++) {
    const release = { volumeId: 3n, nonce }
    const signature = await account.signTypedData(releaseTypedData(DOMAIN, release))
    assert.deepEqual(compactSignature(signature), signRelease(release, DOMAIN, key))
    assert.deepEqual(compactSignature(bytesToHex(signRelease(release, DOMAIN, key))), signRelease(release, DOMAIN, key))
  }
  for (const wrong of ['0x', `0x${'11'.repeat(63)}`, `0x${'11'.repeat(66)}`, '0xzz'] as const) {
    assert.throws(() => compactSignature(wrong), { code: 'REQUEST_INVALID' }, wrong)
  }
})

test('states, receipts, promises, releases and hellos recover to who signed them, and are refused by name otherwise', () => {
  fc.assert(
    fc.property(aState, aKey, (state, key) => {
      const signed = signState(state, DOMAIN, key)
      assert.equal(recoverStateSigner(signed, DOMAIN), addressOf(key))
      assert.notEqual(
        recoverStateSigner({ ...signed, state: { ...state, nonce: state.nonce ^ 1n } }, DOMAIN),
        addressOf(key),
      )
      assert.notEqual(recoverStateSigner(signed, { ...DOMAIN, chainId: 1 }), addressOf(key))
    }),
    { numRuns: 10 },
  )
  const key = new Uint8Array(32).fill(7)
  const nobody = new Uint8Array(64)
  const digest = new Uint8Array(32).fill(3)
  const receipt = signReceipt({ state: digest, slot: 4, epoch: 9 as Epoch, term: 2n }, DOMAIN, key)
  assert.equal(recoverReceiptSigner(digest, receipt, DOMAIN), addressOf(key))
  assert.notEqual(recoverReceiptSigner(digest, { ...receipt, slot: 5 }, DOMAIN), addressOf(key))
  assert.notEqual(recoverReceiptSigner(digest, { ...receipt, term: 3n }, DOMAIN), addressOf(key))
  const promise = signPenPromise(
    { volumeId: 1n, slot: 4, term: 9n, certified: 8n, latest: digest, latestTerm: 2n },
    DOMAIN,
    key,
  )
  assert.equal(recoverPenPromiseSigner(1n, promise, DOMAIN), addressOf(key))
  const others = [{ slot: 5 }, { term: 8n }, { certified: 9n }, { latest: new Uint8Array(32) }, { latestTerm: 1n }]
  for (const change of others)
    assert.notEqual(recoverPenPromiseSigner(1n, { ...promise, ...change }, DOMAIN), addressOf(key))
  assert.notEqual(recoverPenPromiseSigner(2n, promise, DOMAIN), addressOf(key))
  assert.throws(() => recoverPenPromiseSigner(1n, { ...promise, signature: nobody }, DOMAIN), {
    code: 'CERTIFICATE_INVALID',
  })
  const release = { volumeId: 1n, nonce: 5n }
  assert.equal(recoverReleaseSigner(release, signRelease(release, DOMAIN, key), DOMAIN), addressOf(key))
  assert.notEqual(
    recoverReleaseSigner({ ...release, nonce: 6n }, signRelease(release, DOMAIN, key), DOMAIN),
    addressOf(key),
  )
  assert.throws(() => recoverReleaseSigner(release, nobody, DOMAIN), { code: 'ACCESS_DENIED' })
  const hello = { account: addressOf(key), from: Uint8Array.of(1), to: Uint8Array.of(2), issuedAt: 3n }
  assert.equal(recoverHelloSigner(hello, signHello(hello, DOMAIN, key), DOMAIN), addressOf(key))

  assert.throws(() => recoverReceiptSigner(digest, { ...receipt, signature: nobody }, DOMAIN), {
    code: 'CERTIFICATE_INVALID',
  })
  assert.throws(() => recoverHelloSigner(hello, nobody, DOMAIN), { code: 'HELLO_REFUSED' })
  const [state] = fc.sample(aState, 1) as [State]
  assert.throws(() => recoverStateSigner({ state, signature: nobody }, DOMAIN), { code: 'STATE_SIGNATURE_INVALID' })
})

test('a field that does not fit its type has no digest', () => {
  const [state] = fc.sample(aState, 1) as [State]
  const wrong: Partial<State>[] = [
    { volumeId: -1n },
    { nonce: 2n ** 64n },
    { generation: 2 ** 32 },
    { sectors: 1.5 },
    { sectors: Number.NaN },
    { root: new Uint8Array(31) },
    { parent: new Uint8Array(33) },
    { head: new Uint8Array(0) },
    { term: 2n ** 64n },
  ]
  for (const change of wrong)
    assert.throws(() => stateDigest({ ...state, ...change }, DOMAIN), { code: 'REQUEST_INVALID' })
})

test('the link changes with each of its three fields and with nothing else', () => {
  const [state] = fc.sample(aState, 1) as [State]
  const link = linkHash(state)
  assert.ok(
    equalBytes(
      linkHash({ ...state, nonce: state.nonce ^ 1n, root: hexToBytes(`0x${'11'.repeat(32)}`) } as State),
      link,
    ),
  )
  assert.ok(!equalBytes(linkHash({ ...state, term: state.term ^ 1n }), link))
  assert.ok(!equalBytes(linkHash({ ...state, parent: state.head }), link))
  assert.ok(!equalBytes(linkHash({ ...state, head: state.parent }), link))
})
