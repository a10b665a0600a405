import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { recoverReceiptSigner, SECTOR_BYTES, SECTOR_DEPTH, sectorRoot, verifyPath, zeroRoot } from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot, aName } from './fixtures/a-slot.ts'
import { digestOf, domain } from './fixtures/a-volume.ts'
import { aSlotWithState1, aSlotWithState2, aStagedState2, replace, xored } from './fixtures/a-written-slot.ts'

test('a commit answers with a receipt of this slot for this state, signed by the operator', async () => {
  await using slot = await ASlot.open()
  const upload = aName()
  assert.equal(await slot.write(upload, 0n, [replace(0, aSector(1))]), BigInt(SECTOR_BYTES))
  const state = slot.volume.state({ nonce: 1n }, [sectorRoot(aSector(1))])
  const receipt = await slot.commit(state, { upload })
  assert.equal(receipt.slot, slot.volume.slot)
  assert.equal(receipt.epoch, 5)
  assert.equal(recoverReceiptSigner(digestOf(state), receipt, domain), slot.volume.operator.address)
})

test('what was committed is read back with a path to the signed root', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { root, sectors } = first.signed.state
  for (const [offset, length] of [
    [0, SECTOR_BYTES],
    [640, 64],
    [SECTOR_BYTES - 192, 192],
  ] as const) {
    const { bytes, path } = await slot.read({ nonce: 1n, sector: 1, offset, length })
    assert.deepEqual(bytes, aSector(2).subarray(offset, offset + length))
    assert.ok(verifyPath({ root, sectors, n: 4, slot: 1, sectorIndex: 1, firstLeaf: offset / 64, bytes, path }))
  }
})

test('xor patches apply to the base, and to zeros where nothing was written, whether they are small or large', async () => {
  const { slot, first } = await aSlotWithState1({ slot: 2 })
  await using _ = slot
  const upload = aName()
  const small = new Uint8Array(randomBytes(1_000))
  const large = new Uint8Array(randomBytes(100_000))
  await slot.write(upload, 1n, [
    { sector: 1, offset: 5, mode: 'xor', bytes: small },
    { sector: 2, offset: 7, mode: 'xor', bytes: small },
    { sector: 3, offset: 9, mode: 'xor', bytes: large },
  ])
  await slot.write(upload, 1n, [
    { sector: 1, offset: 5_000, mode: 'xor', bytes: small },
    { sector: 3, offset: 200_000, mode: 'xor', bytes: small },
  ])
  const sectors = [
    aSector(1),
    xored(xored(aSector(2), 5, small), 5_000, small),
    xored(undefined, 7, small),
    xored(xored(undefined, 9, large), 200_000, small),
  ]
  const second = slot.volume.state({ nonce: 2n, parent: digestOf(first) }, sectors.map(sectorRoot))
  await slot.commit(second, { upload, parent: slot.volume.certificate(first.signed) })
  for (const [sector, bytes] of sectors.entries()) {
    assert.deepEqual((await slot.read({ nonce: 2n, sector, offset: 0, length: SECTOR_BYTES })).bytes, bytes)
  }
})

test('a slot whose bytes do not change commits without an upload', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const roots = [sectorRoot(aSector(1)), sectorRoot(aSector(2)), zeroRoot(SECTOR_DEPTH)]
  const second = slot.volume.state({ nonce: 2n, parent: digestOf(first) }, roots)
  await slot.commit(second, { parent: slot.volume.certificate(first.signed) })
  const zeros = await slot.read({ nonce: 2n, sector: 2, offset: 0, length: SECTOR_BYTES })
  assert.deepEqual(zeros.bytes, new Uint8Array(SECTOR_BYTES))
})

test('the empty state of a volume can be committed and built on', async () => {
  await using slot = await ASlot.open()
  const empty = slot.volume.state({ nonce: 1n }, [])
  await slot.commit(empty)
  const upload = aName()
  await slot.write(upload, 1n, [replace(0, aSector(1))])
  const next = slot.volume.state({ nonce: 2n, parent: digestOf(empty) }, [sectorRoot(aSector(1))])
  await slot.commit(next, { upload, parent: slot.volume.certificate(empty.signed) })
})

test('the same commit again gets the same receipt, also after a restart and when it is certified meanwhile', async () => {
  const { slot, first, receipt } = await (async () => {
    const held = await aSlotWithState1()
    return { ...held, receipt: (await held.slot.state()).latest!.receipt }
  })()
  await using _ = slot
  assert.deepEqual(await slot.commit(first, { upload: aName() }), receipt)
  await slot.restart()
  assert.deepEqual(await slot.commit(first), receipt)
  await slot.certify(slot.volume.certificate(first.signed))
  assert.deepEqual(await slot.commit(first), receipt)
})

test('a commit with the certificate of its parent certifies the parent', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  await slot.commit(second, { upload, parent })
  const held = await slot.state()
  assert.deepEqual(held.certified, { certificate: parent, headRecord: first.headRecord })
  assert.deepEqual(held.latest?.signed, second.signed)
  assert.deepEqual((await slot.read({ nonce: 1n, sector: 1, offset: 0, length: 64 })).bytes, aSector(2).subarray(0, 64))
  assert.deepEqual((await slot.read({ nonce: 2n, sector: 2, offset: 0, length: 64 })).bytes, aSector(3).subarray(0, 64))
  await assert.rejects(slot.read({ nonce: 1n, sector: 2, offset: 0, length: 64 }), { code: 'SECTOR_NOT_FOUND' })
})

test('slot-certify certifies the held state, and again is no error', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const certificate = slot.volume.certificate(first.signed)
  await slot.certify(certificate)
  await slot.certify(certificate)
  assert.deepEqual(await slot.state(), {
    ...{ certified: { certificate, headRecord: first.headRecord }, promisedTerm: 1n, busy: true },
  })
})

test('of two states of one term the slot takes one, whoever comes first', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const rivals = await Promise.all([3, 4, 5].map((seed) => aStagedState2(slot, first, {}, { seed })))
  const outcomes = await Promise.allSettled(
    rivals.map(({ second, upload, parent }) => slot.commit(second, { upload, parent })),
  )
  const taken = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [rivals[index]!] : []))
  assert.equal(taken.length, 1)
  assert.deepEqual((await slot.state()).latest?.signed, taken[0]!.second.signed)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'STATE_UNFINISHED')
  }
})

test('a state that follows none held is STATE_STALE, and shows that the slot is behind if its parent is certified', async () => {
  const { slot, first, second, parent } = await aSlotWithState2()
  await using _ = slot
  const stale = slot.volume.state({ nonce: 2n, parent: digestOf(first), term: 2n }, [sectorRoot(aSector(9))])
  await slot.certify(slot.volume.certificate(second.signed))
  await assert.rejects(slot.commit(stale, { parent }), { code: 'STATE_STALE' })
  assert.equal(slot.behind.length, 0)
  const unseen = slot.volume.state({ nonce: 3n, parent: digestOf(second) }, [sectorRoot(aSector(1))])
  const later = slot.volume.state({ nonce: 4n, parent: digestOf(unseen) }, [sectorRoot(aSector(1))])
  const few = slot.volume.certificate(unseen.signed, { slots: [0, 2] })
  await assert.rejects(slot.commit(later, { parent: few }), { code: 'CERTIFICATE_INVALID' })
  assert.equal(slot.behind.length, 0)
  await assert.rejects(slot.commit(later, { parent: slot.volume.certificate(unseen.signed) }), { code: 'STATE_STALE' })
  assert.deepEqual(slot.behind, [slot.ref])
})

for (const [title, code, change] of [
  ['a nonce that does not follow its parent', 'CERTIFICATE_INVALID', { nonce: 3n }],
  ['a parent that is not the held state', 'CERTIFICATE_INVALID', { parent: new Uint8Array(32) }],
  ['a generation that is not in force', 'SESSION_KEY_EXPIRED', { generation: 2 }],
  ['more sectors than paid for', 'VOLUME_FULL', { sectors: 9 }],
  ['a head that is not the hash of the record', 'HEAD_INVALID', { head: new Uint8Array(32) }],
  ['a root that the slot roots do not lead to', 'STATE_ROOT_MISMATCH', { root: new Uint8Array(32) }],
  ['another number of sectors than the roots have', 'STATE_ROOT_MISMATCH', { sectors: 5 }],
] as const) {
  test(`a state with ${title} is ${code} and changes nothing`, async () => {
    const { slot, first } = await aSlotWithState1()
    await using _ = slot
    const { second, upload, parent } = await aStagedState2(slot, first, change)
    const before = await slot.state()
    await assert.rejects(slot.commit(second, { upload, parent }), { code })
    assert.deepEqual(await slot.state(), before)
    const good = await aStagedState2(slot, first)
    await slot.commit(good.second, { upload: good.upload, parent })
  })
}

test('a state that somebody else signed is STATE_SIGNATURE_INVALID', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  const signature = first.signed.signature
  const forged = { ...second, signed: { ...second.signed, signature } }
  await assert.rejects(slot.commit(forged, { upload, parent }), { code: 'STATE_SIGNATURE_INVALID' })
})

test('a session key past its expiry is SESSION_KEY_EXPIRED', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  slot.nowMs += 61_000
  await assert.rejects(slot.commit(second, { upload, parent }), { code: 'SESSION_KEY_EXPIRED' })
})

test('a state that a later writer completes may be of a session key that has been replaced since', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  const { owner, facts } = slot.volume
  const old = facts.sessionKey
  Object.assign(facts, { generation: 2, sessionKey: { ...old, address: owner.address } })
  slot.services.volumes.sessionKeyOf = async (_, generation) => (generation === 1 ? old : facts.sessionKey)
  const by = { account: owner.address, isProvider: false }
  await assert.rejects(slot.commit(second, { upload, parent }, by), { code: 'SESSION_KEY_EXPIRED' })
  const term = second.signed.state.term + 1n
  const forged = { ...second, signed: { ...second.signed, signature: first.signed.signature } }
  await assert.rejects(slot.commit(forged, { upload, parent, term }, by), { code: 'STATE_SIGNATURE_INVALID' })
  const receipt = await slot.commit(second, { upload, parent, term }, by)
  assert.equal(receipt.term, term)
})

test('own sectors that are not what the state says are STATE_ROOT_MISMATCH', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, parent } = await aStagedState2(slot, first)
  const upload = aName()
  await slot.write(upload, 1n, [replace(2, aSector(4))])
  await assert.rejects(slot.commit(second, { upload, parent }), {
    code: 'STATE_ROOT_MISMATCH',
    details: { volumeId: 7n, slot: 1, nonce: 2n },
  })
})

test('a certificate below the quorum, or of a wrong signer, is CERTIFICATE_INVALID', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload } = await aStagedState2(slot, first)
  const few = slot.volume.certificate(first.signed, { slots: [0, 2] })
  await assert.rejects(slot.commit(second, { upload, parent: few }), { code: 'CERTIFICATE_INVALID' })
  await assert.rejects(slot.certify(few), { code: 'CERTIFICATE_INVALID' })
  const early = slot.volume.certificate(first.signed, { term: 0n })
  await assert.rejects(slot.commit(second, { upload, parent: early }), { code: 'CERTIFICATE_INVALID' })
  const [one, two, three] = slot.volume.certificate(first.signed).receipts
  const swapped = { signed: first.signed, receipts: [one!, two!, { ...three!, slot: 1 }] }
  await assert.rejects(slot.commit(second, { upload, parent: swapped }), { code: 'CERTIFICATE_INVALID' })
})

test('an upload that is unknown, or began on another state, is named', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, parent, upload } = await aStagedState2(slot, first)
  await assert.rejects(slot.commit(second, { upload: aName(), parent }), { code: 'UPLOAD_UNKNOWN' })
  await slot.commit(second, { upload, parent })
  const late = aName()
  await slot.write(late, 1n, [replace(3, aSector(9))])
  const roots = [1, 2, 3, 9].map((seed) => sectorRoot(aSector(seed)))
  const third = slot.volume.state({ nonce: 3n, parent: digestOf(second) }, roots)
  const certificate = slot.volume.certificate(second.signed)
  await assert.rejects(slot.commit(third, { upload: late, parent: certificate }), { code: 'STATE_STALE' })
})

test('a closed volume is VOLUME_CLOSED for writes and still read', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  slot.volume.facts.closed = true
  await assert.rejects(slot.commit(second, { upload, parent }), { code: 'VOLUME_CLOSED' })
  await assert.rejects(slot.write(upload, 1n, [replace(2, aSector(1))]), { code: 'VOLUME_CLOSED' })
  await assert.rejects(slot.pen(2n), { code: 'VOLUME_CLOSED' })
  await slot.read({ nonce: 1n, sector: 0, offset: 0, length: 64 })
})
