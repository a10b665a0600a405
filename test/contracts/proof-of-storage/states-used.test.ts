// statesUsed
// ├── before a proof, and of somebody else's epoch → unknown
// ├── after a proof: the hash of the list that the event gives
// │   ├── of signed states in their order, then the volumes shown as empty
// │   └── of nothing but empty ones
// └── 64 epochs later its place is the newest proof's
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, type Hex, keccak256, numberToHex, sliceHex } from 'viem'
import { passEpochs, storeSeed } from '../fixtures/epochs.ts'
import { aBook } from './fixtures/a-book.ts'
import { aCertifiedVolume } from './fixtures/a-certified-volume.ts'
import { EMPTY_PROOF, SAMPLES, statesUsedBy } from './fixtures/proof.ts'
import { submit } from './fixtures/submit.ts'

const PLACES = 64
const UNKNOWN = [false, `0x${'00'.repeat(28)}`] as const
const wordOf = (list: Hex) => [true, sliceHex(keccak256(list), 0, 28)] as const

test('before a proof, and for somebody else, nothing is known', async () => {
  const book = await aBook()
  const { proofs, operator, epoch, encoded, timelock } = book
  assert.deepEqual(await proofs.read.statesUsed([operator, epoch]), UNKNOWN)
  await submit(book, encoded)
  for (const other of [epoch - 1, epoch + 1, epoch + PLACES]) {
    assert.deepEqual(await proofs.read.statesUsed([operator, other]), UNKNOWN)
  }
  assert.deepEqual(await proofs.read.statesUsed([timelock.address, epoch]), UNKNOWN)
})

test('it is the hash of the states in their order, then of the volumes shown as empty', async () => {
  const book = await aBook()
  const { proofs, operator, epoch, encoded, drawn, proof } = book
  await submit(book, encoded)
  const list = statesUsedBy(drawn, proof)
  // Volume 8 was never written; every other shelf has a state.
  assert.ok(list.includes(concat([numberToHex(8n, { size: 8 }), numberToHex(0n, { size: 8 })]).slice(2)))
  assert.deepEqual(await proofs.read.statesUsed([operator, epoch]), wordOf(list))
})

test('it names an empty volume once for every sample, and gives its place away 64 epochs later', async () => {
  const scene = await aCertifiedVolume()
  const { proofs, providers, volumeId } = scene
  const { operator, wallet } = providers[0]!
  const { epoch } = await storeSeed(scene)
  await submit({ ...scene, wallet, epoch }, EMPTY_PROOF)
  const entry = concat([numberToHex(volumeId, { size: 8 }), numberToHex(0n, { size: 8 })])
  const list = concat(Array.from({ length: SAMPLES }, () => entry))
  assert.deepEqual(await proofs.read.statesUsed([operator, epoch]), wordOf(list))

  await passEpochs(scene, PLACES - 1)
  assert.deepEqual(await proofs.read.statesUsed([operator, epoch]), wordOf(list))
  await passEpochs(scene)
  await storeSeed(scene)
  await submit({ ...scene, wallet, epoch: epoch + PLACES }, EMPTY_PROOF)
  assert.deepEqual(await proofs.read.statesUsed([operator, epoch]), UNKNOWN)
  assert.deepEqual(await proofs.read.statesUsed([operator, epoch + PLACES]), wordOf(list))
})
