// anchor, refused
// ├── when the length is not that of a certificate  → CertificateLength
// ├── when there is no such volume, or it is closed → StorageMarketUnknownVolume, StorageMarketClosed
// ├── when the session key has not signed the state → StateSignatureInvalid
// ├── when the receipts' term is below the state's  → ReceiptTermTooLow
// ├── when receipts of fewer than the quorum's slots → QuorumMissing
// ├── when receipts are doubled or out of order     → ReceiptsUnordered
// ├── when there is a receipt of no slot            → ReceiptSlotUnknown
// ├── when a receipt is not by its slot's provider  → ReceiptSignatureInvalid
// │   └── nor by one that has been dismissed, from the next epoch on
// ├── when a named slot has no receipt              → ReceiptMissing
// ├── when no floor is lower, or no slot is named   → NothingToAnchor
// └── with any byte of a certificate altered
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, signState } from '@storgo/protocol'
import { concat, hexToBytes, size, sliceHex } from 'viem'
import { passEpochs } from '../fixtures/epochs.ts'
import { domainOf } from './fixtures/a-book.ts'
import {
  ALL,
  aCertifiedVolume,
  anchor,
  aState,
  certify,
  encoded,
  floorsOf,
  QUORUM,
  receiptOf,
} from './fixtures/a-certified-volume.ts'
import { flip } from './fixtures/alter.ts'
import { anchorRefusal, refusesAnchor } from './fixtures/anchor-refusal.ts'

const HEADER_BYTES = 200
const RECEIPT_BYTES = 69

test('when the length is not that of a certificate it reverts', async () => {
  const scene = await aCertifiedVolume()
  const whole = encoded(certify(scene, aState(scene)))
  assert.equal(size(whole), HEADER_BYTES + ALL.length * RECEIPT_BYTES)
  for (const length of [0, 1, HEADER_BYTES - 1, HEADER_BYTES + 1, size(whole) - 1]) {
    const cut = length === 0 ? '0x' : sliceHex(whole, 0, length)
    await refusesAnchor(scene, cut, 'ProofOfStorageCertificateLength', [BigInt(length)])
  }
  await refusesAnchor(scene, concat([whole, '0x00']), 'ProofOfStorageCertificateLength', [BigInt(size(whole) + 1)])
})

test('when there is no such volume, or it is closed, it reverts', async () => {
  const scene = await aCertifiedVolume()
  const { market, owner, volumeId } = scene
  const unknown = encoded(certify(scene, aState(scene, { volumeId: 9n })))
  await refusesAnchor(scene, unknown, 'StorageMarketUnknownVolume', [9n])
  await market.write.close([volumeId], { account: owner.account })
  await refusesAnchor(scene, encoded(certify(scene, aState(scene))), 'StorageMarketClosed', [volumeId])
})

test('when the session key of its generation has not signed the state it reverts', async () => {
  const scene = await aCertifiedVolume()
  const { state } = aState(scene)
  const forged = signState(state, domainOf(scene), hexToBytes(`0x${'77'.repeat(32)}`))
  const unnamed = aState(scene, { generation: 2 })
  const foreign = signState(state, { ...domainOf(scene), chainId: 1 }, hexToBytes(`0x${'5e'.repeat(32)}`))
  for (const signed of [forged, unnamed, foreign]) {
    await refusesAnchor(scene, encoded(certify(scene, signed)), 'ProofOfStorageStateSignatureInvalid', [0n])
  }
})

test("when the receipts' term is below the state's it reverts", async () => {
  const scene = await aCertifiedVolume()
  const earlier = encoded(certify(scene, aState(scene), ALL, 2n))
  await refusesAnchor(scene, earlier, 'ProofOfStorageReceiptTermTooLow', [2n, 3n])
})

test("when there are receipts of fewer than the quorum's slots it reverts", async () => {
  const scene = await aCertifiedVolume()
  const few = encoded(certify(scene, aState(scene), [0, 1, 2, 3]))
  await refusesAnchor(scene, few, 'ProofOfStorageQuorumMissing', [4n, BigInt(QUORUM)])
  const none = sliceHex(few, 0, HEADER_BYTES)
  await refusesAnchor(scene, none, 'ProofOfStorageQuorumMissing', [0n, BigInt(QUORUM)], [])
})

test('when receipts are doubled or out of order it reverts', async () => {
  const scene = await aCertifiedVolume()
  const whole = encoded(certify(scene, aState(scene)))
  const header = sliceHex(whole, 0, HEADER_BYTES)
  const receipts = ALL.map((slot) => {
    const start = HEADER_BYTES + slot * RECEIPT_BYTES
    return sliceHex(whole, start, start + RECEIPT_BYTES)
  })
  const doubled = concat([header, receipts[0]!, receipts[1]!, receipts[2]!, receipts[3]!, receipts[3]!])
  await refusesAnchor(scene, doubled, 'ProofOfStorageReceiptsUnordered', [4n])
  const swapped = concat([header, ...receipts.with(1, receipts[2]!).with(2, receipts[1]!)])
  await refusesAnchor(scene, swapped, 'ProofOfStorageReceiptsUnordered', [2n])
})

test('when there is a receipt of no slot it reverts', async () => {
  const scene = await aCertifiedVolume()
  for (const slot of [6, 31, 32, 255]) {
    const { signed, receipts } = certify(scene, aState(scene))
    const beyond = receiptOf(scene, signed, { slot, by: 1 })
    const certificate = encoded({ signed, receipts: [...receipts.slice(0, 5), beyond] })
    await refusesAnchor(scene, certificate, 'ProofOfStorageReceiptSlotUnknown', [5n, slot])
  }
})

test("when a receipt is not by its slot's provider, or not for this, it reverts", async () => {
  const scene = await aCertifiedVolume()
  const { signed, receipts } = certify(scene, aState(scene))
  const own = receiptOf(scene, signed, { slot: 4 })
  const other = aState(scene, { nonce: 6n })
  for (const wrong of [
    receiptOf(scene, signed, { slot: 4, by: 41 }),
    receiptOf(scene, signed, { slot: 4, by: 6 }),
    { ...receiptOf(scene, signed, { slot: 5, by: 5 }), slot: 4 },
    { ...own, epoch: 2 as Epoch },
    { ...receiptOf(scene, signed, { slot: 4, term: 4n }), term: 3n },
    receiptOf(scene, other, { slot: 4 }),
  ]) {
    const certificate = encoded({ signed, receipts: receipts.with(4, wrong) })
    await refusesAnchor(scene, certificate, 'ProofOfStorageReceiptSignatureInvalid', [4n, 4])
  }
})

test('when a slot has been dismissed, its receipt counts no more from the next epoch on', async () => {
  const scene = await aCertifiedVolume()
  const { market, owner, volumeId } = scene
  const signed = aState(scene)
  const withIt = encoded(certify(scene, signed, ALL))
  await market.write.dismiss([volumeId, 2], { account: owner.account })
  await anchor(scene, withIt, [2])
  await passEpochs(scene)
  await refusesAnchor(scene, withIt, 'ProofOfStorageReceiptSignatureInvalid', [2n, 2])
  const others = [0, 1, 3, 4, 5]
  await anchor(scene, encoded(certify(scene, signed, others)), others)
  await refusesAnchor(
    scene,
    encoded(certify(scene, signed, others)),
    'ProofOfStorageReceiptMissing',
    [volumeId, 2],
    [2],
  )
})

test('when a named slot has no receipt of its own it reverts, whatever the others have', async () => {
  const scene = await aCertifiedVolume()
  const certificate = encoded(certify(scene, aState(scene), [0, 1, 2, 3, 4]))
  for (const slots of [[5], [0, 5], [6], [31]]) {
    const missing = slots.at(-1)!
    await refusesAnchor(scene, certificate, 'ProofOfStorageReceiptMissing', [scene.volumeId, missing], slots)
  }
  assert.deepEqual((await floorsOf(scene)).next, [0n, 0n, 0n, 0n, 0n, 0n])
})

test('when no floor is lower, or no slot is named, it reverts', async () => {
  const scene = await aCertifiedVolume()
  const { volumeId } = scene
  const certificate = encoded(certify(scene, aState(scene)))
  await refusesAnchor(scene, certificate, 'ProofOfStorageNothingToAnchor', [volumeId, 5n], [])
  await anchor(scene, certificate, [0])
  await refusesAnchor(scene, certificate, 'ProofOfStorageNothingToAnchor', [volumeId, 5n], [0])
  const older = encoded(certify(scene, aState(scene, { nonce: 4n })))
  await refusesAnchor(scene, older, 'ProofOfStorageNothingToAnchor', [volumeId, 4n], [0])
  const zero = encoded(certify(scene, aState(scene, { nonce: 0n })))
  await refusesAnchor(scene, zero, 'ProofOfStorageNothingToAnchor', [volumeId, 0n], [1])
})

test('with any byte of a certificate altered it reverts', async () => {
  const scene = await aCertifiedVolume()
  const certificate = encoded(certify(scene, aState(scene), [0, 1, 2, 3, 4]))
  assert.equal(await anchorRefusal(scene, certificate, [0]), undefined)
  for (let at = 0; at < size(certificate); at++) {
    assert.notEqual(await anchorRefusal(scene, flip(certificate, at, 1 << (at % 8)), [0]), undefined, `byte ${at}`)
  }
})
