import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import {
  recoverReceiptSigner,
  SECTOR_BYTES,
  SECTOR_DEPTH,
  type State,
  sectorRoot,
  verifyPath,
  zeroRoot,
} from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot } from './fixtures/a-slot.ts'
import { digestOf, domain, type StateToCommit } from './fixtures/a-volume.ts'

const anUpload = () => new Uint8Array(randomBytes(16))
const replace = (sector: number, bytes: Uint8Array) => ({ sector, offset: 0, mode: 'replace', bytes }) as const

/** A slot that holds state 1 with the sectors 1 and 2, uncertified. */
async function aSlotWithState1(): Promise<{ slot: ASlot; first: StateToCommit }> {
  const slot = await ASlot.open()
  const upload = anUpload()
  await slot.write(upload, 0n, [replace(0, aSector(1))])
  await slot.write(upload, 0n, [replace(1, aSector(2))])
  const first = slot.volume.state({ nonce: 1n }, [sectorRoot(aSector(1)), sectorRoot(aSector(2))])
  await slot.commit(first, { upload })
  return { slot, first }
}

/** State 2 on top of `first`, with sector 3 in the place of sector 2. */
async function aStagedState2(slot: ASlot, first: StateToCommit, fields: Partial<State> = {}) {
  const upload = anUpload()
  await slot.write(upload, 1n, [replace(1, aSector(3))])
  const roots = [sectorRoot(aSector(1)), sectorRoot(aSector(3))]
  const second = slot.volume.state({ nonce: 2n, parent: digestOf(first), ...fields }, roots)
  return { second, upload, parent: slot.volume.certificate(first.signed) }
}

test('a commit answers with a receipt of this slot for this state, signed by the operator', async () => {
  await using slot = await ASlot.open()
  const upload = anUpload()
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

test('xor patches apply to the base, and to zeros where nothing was written', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const upload = anUpload()
  const patch = new Uint8Array(randomBytes(1000))
  await slot.write(upload, 1n, [
    { sector: 1, offset: 5, mode: 'xor', bytes: patch },
    { sector: 2, offset: 7, mode: 'xor', bytes: patch },
  ])
  await slot.write(upload, 1n, [{ sector: 1, offset: 5, mode: 'xor', bytes: patch }])
  const third = new Uint8Array(SECTOR_BYTES)
  third.set(patch, 7)
  const roots = [sectorRoot(aSector(1)), sectorRoot(aSector(2)), sectorRoot(third)]
  const second = slot.volume.state({ nonce: 2n, parent: digestOf(first) }, roots)
  await slot.commit(second, { upload, parent: slot.volume.certificate(first.signed) })
  assert.deepEqual((await slot.read({ nonce: 2n, sector: 2, offset: 0, length: SECTOR_BYTES })).bytes, third)
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
  const upload = anUpload()
  await slot.write(upload, 1n, [replace(0, aSector(1))])
  const next = slot.volume.state({ nonce: 2n, parent: digestOf(empty) }, [sectorRoot(aSector(1))])
  await slot.commit(next, { upload, parent: slot.volume.certificate(empty.signed) })
})

test('the same commit again gets the same receipt, also when it is certified meanwhile', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const again = await slot.commit(first, { upload: anUpload() })
  assert.deepEqual((await slot.state()).latest?.receipt, again)
  await slot.certify(slot.volume.certificate(first.signed))
  assert.deepEqual(await slot.commit(first), again)
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
  assert.deepEqual((await slot.read({ nonce: 2n, sector: 1, offset: 0, length: 64 })).bytes, aSector(3).subarray(0, 64))
})

test('slot-certify certifies the held state, and again is no error', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const certificate = slot.volume.certificate(first.signed)
  await slot.certify(certificate)
  await slot.certify(certificate)
  assert.deepEqual(await slot.state(), { certified: { certificate, headRecord: first.headRecord } })
})

test('a higher term replaces an uncertified state on the same certified parent', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  await slot.commit(second, { upload, parent })
  const other = await aStagedState2(slot, first, { term: 2n })
  await slot.commit(other.second, { upload: other.upload, parent })
  assert.deepEqual((await slot.state()).latest?.signed, other.second.signed)
  await assert.rejects(slot.commit(second, { upload, parent }), { code: 'STATE_STALE' })
})

test('a state in the way is STATE_UNFINISHED unless the term is higher', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  await slot.commit(second, { upload, parent })
  const rival = await aStagedState2(slot, first)
  await assert.rejects(slot.commit(rival.second, { upload: rival.upload, parent }), {
    code: 'STATE_UNFINISHED',
    details: { nonce: 2n, heldNonce: 2n, heldTerm: 1n },
  })
})

for (const [title, code, change] of [
  ['a nonce that does not follow', 'STATE_STALE', { nonce: 3n }],
  ['a parent that is not the held state', 'CERTIFICATE_INVALID', { parent: new Uint8Array(32) }],
  ['a lower term than the held one', 'STATE_STALE', { term: 0n }],
  ['a generation that is not in force', 'SESSION_KEY_EXPIRED', { generation: 2 }],
  ['more sectors than paid for', 'VOLUME_FULL', { sectors: 5 }],
  ['a head that is not the hash of the record', 'HEAD_INVALID', { head: new Uint8Array(32) }],
  ['a root that the slot roots do not lead to', 'STATE_ROOT_MISMATCH', { root: new Uint8Array(32) }],
  ['another number of sectors than the roots have', 'STATE_ROOT_MISMATCH', { sectors: 3 }],
] as const) {
  test(`a state with ${title} is ${code} and changes nothing`, async () => {
    const { slot, first } = await aSlotWithState1()
    await using _ = slot
    const { second, upload, parent } = await aStagedState2(slot, first, change)
    const before = await slot.state()
    await assert.rejects(slot.commit(second, { upload, parent }), { code })
    assert.deepEqual(await slot.state(), before)
    const good = await aStagedState2(slot, first)
    await slot.commit(good.second, good)
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

test('own sectors that are not what the state says are STATE_ROOT_MISMATCH', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, parent } = await aStagedState2(slot, first)
  const upload = anUpload()
  await slot.write(upload, 1n, [replace(1, aSector(4))])
  await assert.rejects(slot.commit(second, { upload, parent }), {
    code: 'STATE_ROOT_MISMATCH',
    details: { volumeId: 7n, slot: 1, nonce: 2n },
  })
})

test('a certificate below the quorum, or of a wrong signer, is CERTIFICATE_INVALID', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload } = await aStagedState2(slot, first)
  const few = slot.volume.certificate(first.signed, [0, 2])
  await assert.rejects(slot.commit(second, { upload, parent: few }), { code: 'CERTIFICATE_INVALID' })
  await assert.rejects(slot.certify(few), { code: 'CERTIFICATE_INVALID' })
  const [one, two, three] = slot.volume.certificate(first.signed).receipts
  const swapped = { signed: first.signed, receipts: [one!, two!, { ...three!, slot: 1 }] }
  await assert.rejects(slot.commit(second, { upload, parent: swapped }), { code: 'CERTIFICATE_INVALID' })
})

test('an upload that is unknown, or began on another state, is named', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, parent, upload } = await aStagedState2(slot, first)
  await assert.rejects(slot.commit(second, { upload: anUpload(), parent }), { code: 'UPLOAD_UNKNOWN' })
  await slot.commit(second, { upload, parent })
  const late = anUpload()
  await slot.write(late, 1n, [replace(1, aSector(9))])
  const third = slot.volume.state({ nonce: 3n, parent: digestOf(second) }, [
    sectorRoot(aSector(1)),
    sectorRoot(aSector(9)),
  ])
  const certificate = slot.volume.certificate(second.signed)
  await assert.rejects(slot.commit(third, { upload: late, parent: certificate }), { code: 'STATE_STALE' })
})

test('a closed volume is VOLUME_CLOSED for writes and still read', async () => {
  const { slot, first } = await aSlotWithState1()
  await using _ = slot
  const { second, upload, parent } = await aStagedState2(slot, first)
  slot.volume.facts.closed = true
  await assert.rejects(slot.commit(second, { upload, parent }), { code: 'VOLUME_CLOSED' })
  await assert.rejects(slot.write(upload, 1n, [replace(0, aSector(1))]), { code: 'VOLUME_CLOSED' })
  await slot.read({ nonce: 1n, sector: 0, offset: 0, length: 64 })
})
