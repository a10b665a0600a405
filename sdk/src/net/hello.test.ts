import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { ErrorCode, Hello } from '@storgo/protocol'
import { bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { anIdentity, aPeerId, DOMAIN } from './fixtures/peers.ts'
import { checkHello, createHello } from './hello.ts'

const NOW = 1_800_000_000
const identity = anIdentity()
const account = privateKeyToAddress(bytesToHex(identity.privateKey))
const ends = { from: aPeerId(), to: aPeerId(), nowSeconds: NOW }
const listener = anIdentity()

const refuses = (code: ErrorCode, hello: Hello, received: Partial<typeof ends> = {}) =>
  assert.throws(() => checkHello(hello, listener, { ...ends, ...received }), { code })

test('a hello is accepted from its account, between the peers it was made for', () => {
  assert.deepEqual(checkHello(createHello(identity, ends), listener, ends), {
    account,
    agent: 'test/1',
    carrierPort: 0,
  })
})

test('a hello from another chain or deployment is refused as such', () => {
  const otherChain = { ...identity, domain: { ...DOMAIN, chainId: 1 } }
  const otherContract = { ...identity, domain: { ...DOMAIN, verifyingContract: account } }
  refuses('WRONG_CHAIN', createHello(otherChain, ends))
  refuses('WRONG_CHAIN', createHello(otherContract, ends))
  // Even when it claims to be from ours.
  refuses('HELLO_REFUSED', { ...createHello(otherChain, ends), chainId: DOMAIN.chainId })
})

test('a hello is accepted exactly when the two version ranges overlap', () => {
  const speaking = (min: number, max: number) => createHello({ ...identity, versions: { min, max } }, ends)
  const ranged = { ...listener, versions: { min: 1_002_000, max: 1_004_000 } }
  for (const [min, max] of [
    [1_000_000, 1_002_000],
    [1_003_000, 1_003_001],
    [1_004_000, 2_000_000],
    [1, 4_000_000_000],
  ] as const) {
    checkHello(speaking(min, max), ranged, ends)
  }
  for (const [min, max] of [
    [1_000_000, 1_001_999],
    [1_004_001, 2_000_000],
  ] as const) {
    assert.throws(() => checkHello(speaking(min, max), ranged, ends), { code: 'VERSION_UNSUPPORTED' })
  }
})

test('a hello counts for two minutes on either side of its time', () => {
  const hello = createHello(identity, ends)
  for (const nowSeconds of [NOW - 120, NOW + 120]) checkHello(hello, listener, { ...ends, nowSeconds })
  for (const nowSeconds of [NOW - 121, NOW + 121]) refuses('HELLO_REFUSED', hello, { nowSeconds })
})

test('a hello that others relay, or say in the name of another, is refused', () => {
  const hello = createHello(identity, ends)
  refuses('HELLO_REFUSED', hello, { from: aPeerId() })
  refuses('HELLO_REFUSED', hello, { to: aPeerId() })
  refuses('HELLO_REFUSED', { ...hello, account: privateKeyToAddress(bytesToHex(listener.privateKey)) })
  refuses('HELLO_REFUSED', { ...hello, issuedAt: hello.issuedAt + 1n })
  refuses('HELLO_REFUSED', { ...hello, signature: randomBytes(64) })
  refuses('HELLO_REFUSED', { ...hello, signature: new Uint8Array(64) })
})
