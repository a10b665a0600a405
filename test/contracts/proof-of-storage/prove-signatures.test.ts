// prove, with a state whose signature is not the session key's → reverts StateSignatureInvalid
// ├── signed by another key, or by that of another generation
// ├── of a generation that was never named, also with a signature that nobody could have made
// ├── signed for another chain or another contract
// ├── with r or s zero, r no point's coordinate, or either not below the order
// ├── with a high s, where its low twin is accepted
// └── with nonce 0, however well signed → reverts StateNonceZero
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, concatBytes, type SignedState, type State, signState, stateDigest } from '@storgo/protocol'
import { type Address, hexToBytes, numberToBytes, zeroAddress } from 'viem'
import { SESSION_ADDRESS, SESSION_KEY } from '../fixtures/volumes.ts'
import { asMarket } from '../provider-registry/fixtures/as-market.ts'
import { type ABook, aBook, domainOf } from './fixtures/a-book.ts'
import { keyWithS, ORDER, partsOf } from './fixtures/key-with-s.ts'
import { encodeProof, proofOf } from './fixtures/proof.ts'
import { stateOf } from './fixtures/stored-slot.ts'
import { refuses, submit } from './fixtures/submit.ts'

/** The volume whose state is replaced, and its place among the states. */
const VOLUME = 7n
const INDEX = 6n
const ours = hexToBytes(SESSION_KEY)
const other = hexToBytes(`0x${'2b'.repeat(32)}`)

const stateIn = ({ stored }: ABook, changes?: Partial<State>): State => stateOf(stored.get(VOLUME)!, changes)

/** The honest proof with another signed state of `VOLUME`. */
function proofWith({ drawn, stored, signed }: ABook, replacement: SignedState) {
  const states = signed.map((one) => (one.state.volumeId === VOLUME ? replacement : one))
  return encodeProof(proofOf(drawn, stored, states))
}

const refusesState = (book: ABook, signed: SignedState) =>
  refuses(book, proofWith(book, signed), 'ProofOfStorageStateSignatureInvalid', [INDEX])

async function nameKey(book: ABook, generation: number, key: Address): Promise<void> {
  await book.proofs.write.setSessionKey([VOLUME, generation, key, 0n], { account: await asMarket(book) })
}

test('signed by another key, or by that of another generation', async () => {
  const book = await aBook()
  const domain = domainOf(book)
  await nameKey(book, 2, addressOf(other))
  await refusesState(book, signState(stateIn(book), domain, other))
  await refusesState(book, signState(stateIn(book, { generation: 2 }), domain, ours))
  await refusesState(book, { ...signState(stateIn(book), domain, ours), state: stateIn(book, { generation: 2 }) })
  await submit(book, proofWith(book, signState(stateIn(book, { generation: 2 }), domain, other)))
})

test('of a generation that was never named', async () => {
  const book = await aBook()
  for (const generation of [0, 2, 2 ** 32 - 1]) {
    const state = stateIn(book, { generation })
    const [key] = await book.proofs.read.sessionKey([VOLUME, generation])
    assert.equal(key, zeroAddress)
    await refusesState(book, signState(state, domainOf(book), ours))
    // Recovering a signer fails here, and so gives the zero address, which is also what stands for no key.
    await refusesState(book, { state, signature: new Uint8Array(64) })
  }
})

test('signed for another chain or another contract', async () => {
  const book = await aBook()
  const domain = domainOf(book)
  await refusesState(book, signState(stateIn(book), { ...domain, chainId: 1 }, ours))
  await refusesState(book, signState(stateIn(book), { ...domain, verifyingContract: book.market.address }, ours))
  await submit(book, proofWith(book, signState(stateIn(book), domain, ours)))
})

/** r ‖ yParityAndS. */
const compact = (r: bigint, s: bigint, parity = 0n): Uint8Array =>
  concatBytes(numberToBytes(r, { size: 32 }), numberToBytes(s | (parity << 255n), { size: 32 }))

test('with r or s that no signature has', async () => {
  const book = await aBook()
  const { signature } = signState(stateIn(book), domainOf(book), ours)
  const { r, s, parity } = partsOf(signature)
  // 5 is the x-coordinate of no point of secp256k1.
  const malformed = [
    compact(0n, s, parity),
    compact(r, 0n, parity),
    compact(5n, s, parity),
    compact(ORDER, s, parity),
    compact(2n ** 256n - 1n, s, parity),
    compact(r, 2n ** 255n - 1n, parity),
    compact(r, s, 1n - parity),
  ]
  for (const bad of malformed) await refusesState(book, { state: stateIn(book), signature: bad })
  await submit(book, proofWith(book, { state: stateIn(book), signature: compact(r, s, parity) }))
})

test('with a high s, where its low twin is accepted', async () => {
  const book = await aBook()
  const state = stateIn(book, { generation: 3 })
  // Compact signatures have no room for most high values of s; this one lies between half the order and 2 ** 255.
  const high = ORDER / 2n + 77n
  assert.ok(high < 2n ** 255n)
  const { key, r, parity } = keyWithS(stateDigest(state, domainOf(book)), high)
  await nameKey(book, 3, key)
  await refusesState(book, { state, signature: compact(r, high, parity) })
  await submit(book, proofWith(book, { state, signature: compact(r, ORDER - high, 1n - parity) }))
})

test('with nonce 0, however well signed', async () => {
  const book = await aBook()
  const signed = signState(stateIn(book, { nonce: 0n }), domainOf(book), ours)
  const [key] = await book.proofs.read.sessionKey([VOLUME, 1])
  assert.equal(key, SESSION_ADDRESS)
  await refuses(book, proofWith(book, signed), 'ProofOfStorageStateNonceZero', [INDEX])
  await submit(book, proofWith(book, signState(stateIn(book, { nonce: 2n ** 64n - 1n }), domainOf(book), ours)))
})
