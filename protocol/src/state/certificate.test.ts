import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zeroAddress } from 'viem'
import type { Epoch } from '../units.ts'
import { type Certificate, type CertificateContext, verifyCertificate } from './certificate.ts'
import { signReceipt } from './receipt.ts'
import { addressOf } from './signature.ts'
import { signState, stateDigest } from './state.ts'

const DOMAIN = { chainId: 31337, verifyingContract: '0x5FbDB2315678afecb367f032d93F642f64180aa3' } as const
const key = (seed: number) => new Uint8Array(32).fill(seed)
const SESSION = key(100)
const OPERATORS = [1, 2, 3, 4, 5, 6].map(key)
const CONTEXT: CertificateContext = {
  domain: DOMAIN,
  k: 4,
  m: 2,
  operators: OPERATORS.map(addressOf),
  formers: [],
  sessionKey: addressOf(SESSION),
}
const STATE = {
  volumeId: 1n,
  nonce: 1n,
  generation: 1,
  sectors: 3,
  root: key(50),
  parent: new Uint8Array(32),
  term: 1n,
  head: key(51),
}
const SIGNED = signState(STATE, DOMAIN, SESSION)
const receiptOf = (slot: number, signer = slot, term = STATE.term) =>
  signReceipt(
    { state: stateDigest(STATE, DOMAIN), slot, epoch: 7 as Epoch, term },
    DOMAIN,
    OPERATORS[signer] ?? key(99),
  )
const aCertificate = (...slots: number[]): Certificate => ({
  signed: SIGNED,
  receipts: slots.map((slot) => receiptOf(slot)),
})

function refuses(certificate: Certificate, context: Partial<CertificateContext> = {}, code = 'CERTIFICATE_INVALID') {
  assert.throws(() => verifyCertificate(certificate, { ...CONTEXT, ...context }), { code })
}

test('receipts of any quorum certify a state', () => {
  verifyCertificate(aCertificate(0, 1, 2, 3, 4), CONTEXT)
  verifyCertificate(aCertificate(5, 4, 3, 2, 1), CONTEXT)
  verifyCertificate(aCertificate(0, 1, 2, 3, 4, 5), CONTEXT)
})

test('fewer receipts than the quorum, or one slot twice, certify nothing', () => {
  refuses(aCertificate())
  refuses(aCertificate(0, 1, 2, 3))
  refuses(aCertificate(0, 1, 2, 3, 3))
  refuses(aCertificate(0, 1, 2, 3, 4, 5, 5))
})

test('a receipt counts only for its own slot, operator, state, epoch and deployment', () => {
  const four = [0, 1, 2, 3].map((slot) => receiptOf(slot))
  const with5th = (receipt: ReturnType<typeof receiptOf>) => ({ signed: SIGNED, receipts: [...four, receipt] })
  verifyCertificate(with5th(receiptOf(4)), CONTEXT)
  refuses(with5th(receiptOf(4, 5)))
  refuses(with5th({ ...receiptOf(4), slot: 5 }))
  refuses(with5th({ ...receiptOf(4), slot: 6 }))
  refuses(with5th({ ...receiptOf(4), slot: -1 }))
  refuses(with5th({ ...receiptOf(4), epoch: 8 as Epoch }))
  refuses(with5th({ ...receiptOf(4), signature: new Uint8Array(64) }))
  refuses(with5th({ ...receiptOf(4), signature: new Uint8Array(3) }))
  refuses(aCertificate(0, 1, 2, 3, 4), { domain: { ...DOMAIN, chainId: 1 } })
  refuses(aCertificate(0, 1, 2, 3, 4), { operators: CONTEXT.operators.toReversed() })
})

test('what a former operator of a slot received while it held the slot stays certified, and nothing later or elsewhere', () => {
  const certificate = aCertificate(0, 1, 2, 3, 4)
  const operators = CONTEXT.operators.with(2, zeroAddress)
  const formersAt = (slot: number, untilEpoch: number) =>
    operators.map((_, i) => (i === slot ? { operator: addressOf(key(3)), untilEpoch: untilEpoch as Epoch } : undefined))
  refuses(certificate, { operators })
  verifyCertificate(certificate, { ...CONTEXT, operators, formers: formersAt(2, 8) })
  refuses(certificate, { operators, formers: formersAt(2, 7) })
  refuses(certificate, { operators, formers: formersAt(1, 8) })
  const successor = CONTEXT.operators.with(2, addressOf(key(9)))
  verifyCertificate(certificate, { ...CONTEXT, operators: successor, formers: formersAt(2, 8) })
  refuses(aCertificate(0, 1, 3, 4), { operators, formers: formersAt(2, 8) })
})

test('receipts of one term certify, be it the state’s own or a later writer’s; receipts of two terms do not add up', () => {
  const of = (...terms: bigint[]) => ({
    signed: SIGNED,
    receipts: terms.map((term, slot) => receiptOf(slot, slot, term)),
  })
  verifyCertificate(of(7n, 7n, 7n, 7n, 7n), CONTEXT)
  refuses(of(1n, 1n, 1n, 1n, 7n))
  refuses(of(7n, 7n, 7n, 7n, 7n, 8n))
  refuses(of(0n, 0n, 0n, 0n, 0n))
  const receipts = of(1n, 1n, 1n, 1n, 7n).receipts.map((receipt) => ({ ...receipt, term: 1n }))
  refuses({ signed: SIGNED, receipts })
})

test('a state that the session key did not sign is not certified by any receipts', () => {
  const { receipts } = aCertificate(0, 1, 2, 3, 4)
  refuses({ signed: signState(STATE, DOMAIN, key(101)), receipts })
  refuses({ signed: { ...SIGNED, state: { ...STATE, nonce: 2n } }, receipts })
  refuses({ signed: SIGNED, receipts }, { sessionKey: addressOf(key(101)) })
  refuses({ signed: { ...SIGNED, signature: new Uint8Array(64) }, receipts }, {}, 'STATE_SIGNATURE_INVALID')
})
