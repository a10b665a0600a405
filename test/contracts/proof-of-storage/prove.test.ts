// prove
// ├── when the book has volumes of every shape
// │   ├── accepts their leaves, marks the epoch and emits EpochProven
// │   └── accepts 1, 2, 3, 4, 5, 8 and 9 sectors over 1, 2, 3, 6 and 32 slots
// ├── accepts a proof in the last block of its epoch
// ├── accepts as many samples as the parameter says, from the epoch after its change on
// ├── does not ask when a session key expires
// └── accepts states of two generations, each signed by its own key
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SignedState, signState } from '@storgo/protocol'
import { type Address, bytesToHex, concat, getAddress, type Hex, hexToBytes, numberToHex, parseEventLogs } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { account, aStorgo, fixture } from '../fixtures/network.ts'
import { asMarket } from '../provider-registry/fixtures/as-market.ts'
import { aBook, BILLED, domainOf, readBook, SHELVES, shelve, signedOf, stockOf } from './fixtures/a-book.ts'
import { asTimelock, PROOF_SAMPLES } from './fixtures/as-timelock.ts'
import { draw, encodeProof, findMixHash, proofOf, SAMPLES, seedOf, statesUsedBy, volumesIn } from './fixtures/proof.ts'
import { nextEpochWith } from './fixtures/seed-epoch.ts'
import { stateOf } from './fixtures/stored-slot.ts'
import { isProven, refuses, submit } from './fixtures/submit.ts'

const MIX_HASH = numberToHex(0x5706, { size: 32 })

test('it accepts leaves of volumes of every shape, marks the epoch and emits EpochProven', async () => {
  const book = await aBook()
  const { proofs, operator, epoch, encoded } = book
  assert.equal(await isProven(book), false)
  assert.equal(await proofs.read.provenCount([operator, epoch + 1]), 0)
  const hash = await submit(book, encoded)
  const { logs } = await book.publicClient.getTransactionReceipt({ hash })
  const [event, ...others] = parseEventLogs({ abi: proofs.abi, logs })
  assert.deepEqual(others, [])
  assert.equal(event?.eventName, 'EpochProven')
  assert.deepEqual(event.args, {
    provider: getAddress(operator),
    epoch,
    billedSectors: BigInt(BILLED),
    samples: SAMPLES,
    statesUsed: statesUsedBy(book.drawn, book.proof),
  })
  assert.equal(await isProven(book), true)
  assert.equal(await proofs.read.provenCount([operator, epoch]), 0)
  assert.equal(await proofs.read.provenCount([operator, epoch + 1]), 1)
})

const SECTORS = [1, 2, 3, 4, 5, 8, 9]
const SLOTS = [1, 2, 3, 6, 32]
const SHAPES = SLOTS.flatMap((n) => SECTORS.map((sectors) => ({ n, sectors })))
const MANY_SAMPLES = 240

const aBookOfAllShapes = fixture(async function aBookOfAllShapes() {
  const storgo = await aStorgo()
  const wallet = account(storgo, 1)
  const shelves = SHAPES.map(({ n, sectors }, i) => {
    const slot = [0, n - 1, Math.floor(n / 2)][i % 3]!
    return { volumeId: BigInt(i + 1), slot, n, billed: sectors + (i % 2), sectors }
  })
  for (const shelf of shelves) await shelve(storgo, wallet.account.address, shelf)
  const timelock = await asTimelock(storgo)
  await storgo.parameters.write.set([PROOF_SAMPLES, BigInt(MANY_SAMPLES)], { account: timelock })
  return { ...storgo, wallet, operator: wallet.account.address, shelves }
})

test('it accepts 1, 2, 3, 4, 5, 8 and 9 sectors over 1, 2, 3, 6 and 32 slots', async () => {
  const scene = await aBookOfAllShapes()
  const { operator, shelves } = scene
  const next = (await scene.proofs.read.currentEpoch()) + 1
  const places = shelves.map((shelf) => ({ ...shelf, frozenSectors: shelf.billed }))
  const mixHash = findMixHash((candidate) => {
    const drawn = draw(places, seedOf(scene, candidate, next), operator, next, MANY_SAMPLES)
    return volumesIn(drawn) === SHAPES.length
  })
  const { epoch, seed } = await nextEpochWith(scene, mixHash)
  const drawn = draw(await readBook(scene, operator), seed, operator, epoch, MANY_SAMPLES)
  const { stored, signed } = stockOf(scene, shelves)
  const proof = proofOf(drawn, stored, signed)
  assert.equal(proof.states.length, SHAPES.length)
  await submit({ ...scene, epoch }, encodeProof(proof))
  assert.equal(await isProven({ ...scene, epoch }), true)
})

test('it accepts a proof in the last block of its epoch, and not one later', async () => {
  const book = await aBook()
  const { networkHelpers, proofs, epoch, encoded } = book
  const next = await proofs.read.firstBlock([epoch + 1])
  await networkHelpers.mineUpTo(next - 2n)
  const late = await networkHelpers.takeSnapshot()
  await submit(book, encoded)
  assert.equal(await book.publicClient.getBlockNumber(), next - 1n)
  assert.equal(await isProven(book), true)
  await late.restore()
  await networkHelpers.mine()
  const call = submit(book, encoded)
  const args: [number, number] = [epoch, epoch + 1]
  await book.viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageEpochNotCurrent', args)
})

test('it takes as many samples as the parameter says, from the epoch after its change on', async () => {
  const book = await aBook()
  const { parameters, operator, stored, signed } = book
  await parameters.write.set([PROOF_SAMPLES, 7n], { account: await asTimelock(book) })
  const seven = encodeProof(proofOf(book.drawn.slice(0, 7), stored, signed))
  await refuses(book, seven, 'ProofOfStorageSamplesTruncated', [7n])
  await submit(book, book.encoded)

  const { epoch, seed } = await nextEpochWith(book, MIX_HASH)
  const drawn = draw(await readBook(book, operator), seed, operator, epoch)
  const firstSeven = proofOf(drawn.slice(0, 7), stored, signed)
  const few = encodeProof(firstSeven)
  const eighth = encodeProof(proofOf(drawn.slice(7, 8), stored, [])).samples
  const eight = { ...few, samples: concat([few.samples, eighth]) }
  await refuses({ ...book, epoch }, eight, 'ProofOfStorageSamplesTrailing', [2n])
  const hash = await submit({ ...book, epoch }, few)
  const event: [Address, number, bigint, number, Hex] = [
    operator,
    epoch,
    BigInt(BILLED),
    7,
    statesUsedBy(drawn, firstSeven),
  ]
  await book.viem.assertions.emitWithArgs(hash, book.proofs, 'EpochProven', event)
})

test('it does not ask when a session key expires', async () => {
  const book = await aBook()
  for (const { volumeId } of SHELVES) {
    const [, expiry] = await book.proofs.read.sessionKey([volumeId, 1])
    assert.equal(expiry, 1n)
  }
  await submit(book, book.encoded)
})

test('it accepts states of two generations, each signed by its own key', async () => {
  const book = await aBook()
  const { proofs, signed, stored, drawn } = book
  const second = hexToBytes(`0x${'2b'.repeat(32)}`)
  const account = await asMarket(book)
  await proofs.write.setSessionKey([7n, 2, privateKeyToAddress(bytesToHex(second)), 0n], { account })
  const old = encodeProof(proofOf(drawn, stored, signed))
  const state = stateOf(stored.get(7n)!, { generation: 2, nonce: 2n })
  const renewed = signed.map((one): SignedState => {
    return one.state.volumeId === 7n ? signState(state, domainOf(book), second) : one
  })
  assert.notEqual(signedOf({ signed: renewed }, 7n), signedOf(book, 7n))
  const start = await book.networkHelpers.takeSnapshot()
  await submit(book, old)
  await start.restore()
  await submit(book, encodeProof(proofOf(drawn, stored, renewed)))
})
