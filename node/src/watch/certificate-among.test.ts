import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Certificate, type Receipt, stateDigest } from '@storgo/protocol'
import { AVolume, domain } from '../slots/fixtures/a-volume.ts'
import type { HeldState } from '../store/slot-store.ts'
import { certificateAmong } from './certificate-among.ts'

const volume = new AVolume()
const q = 3
const { signed, slotRoots, headRecord } = volume.state({ nonce: 4n }, [])
const other = volume.state({ nonce: 4n }, []).signed
const receiptOf = (slot: number, { of = signed, term = 1n } = {}) =>
  volume.certificate(of, { slots: [slot], term }).receipts[0] as Receipt
const held: HeldState = {
  signed,
  slotRoots,
  headRecord,
  digest: stateDigest(signed.state, domain),
  receipt: receiptOf(1),
}
const latest = (receipt: Receipt, of = signed) => ({ latest: { signed: of, receipt, headRecord } })
const shown = (certificate: Certificate) => ({ certified: { certificate, headRecord } })
const among = (answers: Parameters<typeof certificateAmong>[1]) => certificateAmong(held, answers, { q, domain })
const slotsOf = (certificate: Certificate | undefined) => certificate?.receipts.map(({ slot }) => slot)

test('a certificate that another slot shows is taken, if it is of the state held', () => {
  assert.deepEqual(slotsOf(among([shown(volume.certificate(signed))])), [0, 2, 3])
  assert.equal(among([shown(volume.certificate(other))]), undefined)
})

test('receipts of q slots with the own one make a certificate, fewer do not', () => {
  assert.equal(among([latest(receiptOf(0))]), undefined)
  assert.deepEqual(slotsOf(among([latest(receiptOf(0)), latest(receiptOf(3))])), [1, 0, 3])
})

test('receipts of two terms, of another state, or twice of one slot do not add up', () => {
  assert.equal(among([latest(receiptOf(0)), latest(receiptOf(3, { term: 2n }))]), undefined)
  assert.equal(among([latest(receiptOf(0)), latest(receiptOf(3, { of: other }), other)]), undefined)
  assert.equal(among([latest(receiptOf(0)), latest(receiptOf(0))]), undefined)
})

test('receipts of a later term certify it although the own one is of an earlier term', () => {
  const later = [0, 2, 3].map((slot) => latest(receiptOf(slot, { term: 2n })))
  assert.deepEqual(slotsOf(among(later)), [0, 2, 3])
})
