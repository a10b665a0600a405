import type { MessageShape } from '@bufbuild/protobuf'
import type { PenPromise } from '../state/pen-promise.ts'
import type { Receipt } from '../state/receipt.ts'
import type { SignedState } from '../state/state.ts'
import { type Epoch, HASH_BYTES, MAX_SECTORS, MAX_SLOTS } from '../units.ts'
import { checkBytes, checkInteger, checkSlot, checkUint64, MAX_UINT32 } from './field-checks.ts'
import {
  CertificateSchema,
  PenPromiseSchema,
  ReceiptSchema,
  SignedStateSchema,
} from './generated/storgo/v1/state_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'

const SIGNATURE_BYTES = 64

/** A state, receipt or certificate with what a newer version added to it. */
export type Forwarded<T> = T & Forward
export type ForwardedCertificate = Forward & { signed: Forwarded<SignedState>; receipts: readonly Forwarded<Receipt>[] }

/**
 * The stored and sent form of a state, receipt or certificate: `storgo.v1` messages of `state.proto`. Signatures are
 * not verified here, only shapes and bounds.
 *
 * @throws {StorgoError} `REQUEST_INVALID`, each of these.
 */
export function encodeSignedState(signed: Forwarded<SignedState>): Uint8Array<ArrayBuffer> {
  return serialize(SignedStateSchema, signedStateMessage(signed))
}

export function decodeSignedState(bytes: Uint8Array): Forwarded<SignedState> {
  return signedStateOf(parse(SignedStateSchema, bytes))
}

export function encodeReceipt(receipt: Forwarded<Receipt>): Uint8Array<ArrayBuffer> {
  return serialize(ReceiptSchema, receiptMessage(receipt))
}

export function decodeReceipt(bytes: Uint8Array): Forwarded<Receipt> {
  return receiptOf(parse(ReceiptSchema, bytes))
}

export function encodeCertificate(certificate: ForwardedCertificate): Uint8Array<ArrayBuffer> {
  return serialize(CertificateSchema, certificateMessage(certificate))
}

export function decodeCertificate(bytes: Uint8Array): ForwardedCertificate {
  return certificateOf(parse(CertificateSchema, bytes))
}

export function signedStateMessage(signed: Forwarded<SignedState>): MessageShape<typeof SignedStateSchema> {
  checkSignedState(signed)
  return build(SignedStateSchema, { ...signed.state, signature: signed.signature }, signed)
}

export function signedStateOf(message: MessageShape<typeof SignedStateSchema>): Forwarded<SignedState> {
  const { volumeId, nonce, generation, sectors, root, parent, term, head, signature } = message
  const state = { volumeId, nonce, generation, sectors, root, parent, term, head }
  const signed = { state, signature, ...forwardOf(message) }
  checkSignedState(signed)
  return signed
}

export function receiptMessage(receipt: Forwarded<Receipt>): MessageShape<typeof ReceiptSchema> {
  checkReceipt(receipt)
  const { slot, epoch, term, signature } = receipt
  return build(ReceiptSchema, { slot, epoch, term, signature }, receipt)
}

export function receiptOf(message: MessageShape<typeof ReceiptSchema>): Forwarded<Receipt> {
  const { slot, epoch, term, signature } = message
  const receipt = { slot, epoch: epoch as Epoch, term, signature, ...forwardOf(message) }
  checkReceipt(receipt)
  return receipt
}

export function certificateMessage(certificate: ForwardedCertificate): MessageShape<typeof CertificateSchema> {
  checkReceipts(certificate.receipts)
  const fields = {
    state: signedStateMessage(certificate.signed),
    receipts: certificate.receipts.map(receiptMessage),
  }
  return build(CertificateSchema, fields, certificate)
}

export function certificateOf(message: MessageShape<typeof CertificateSchema>): ForwardedCertificate {
  if (message.state === undefined) throw invalid('a certificate names its state')
  checkReceipts(message.receipts)
  return { signed: signedStateOf(message.state), receipts: message.receipts.map(receiptOf), ...forwardOf(message) }
}

export function penPromiseMessage(promise: Forwarded<PenPromise>): MessageShape<typeof PenPromiseSchema> {
  checkPenPromise(promise)
  const { slot, term, certified, latest, latestTerm, signature } = promise
  return build(PenPromiseSchema, { slot, term, certified, latest, latestTerm, signature }, promise)
}

export function penPromiseOf(message: MessageShape<typeof PenPromiseSchema>): Forwarded<PenPromise> {
  const { slot, term, certified, latest, latestTerm, signature } = message
  const promise = { slot, term, certified, latest, latestTerm, signature, ...forwardOf(message) }
  checkPenPromise(promise)
  return promise
}

function checkSignedState({ state, signature }: SignedState): void {
  checkUint64('volumeId', state.volumeId, 1n)
  checkUint64('nonce', state.nonce, 1n)
  checkInteger('generation', state.generation, 1, MAX_UINT32)
  checkInteger('sectors', state.sectors, 0, MAX_SECTORS)
  checkBytes('root', state.root, HASH_BYTES)
  checkBytes('parent', state.parent, HASH_BYTES)
  checkUint64('term', state.term)
  checkBytes('head', state.head, HASH_BYTES)
  checkBytes('signature', signature, SIGNATURE_BYTES)
}

function checkReceipt({ slot, epoch, term, signature }: Receipt): void {
  checkSlot(slot)
  checkInteger('epoch', epoch, 0, MAX_UINT32)
  checkUint64('term', term)
  checkBytes('signature', signature, SIGNATURE_BYTES)
}

function checkPenPromise({ slot, term, certified, latest, latestTerm, signature }: PenPromise): void {
  checkSlot(slot)
  checkUint64('term', term, 1n)
  checkUint64('certified', certified)
  checkBytes('latest', latest, HASH_BYTES)
  checkUint64('latestTerm', latestTerm)
  checkBytes('signature', signature, SIGNATURE_BYTES)
}

/** One to 32 receipts, each of another slot. @throws {StorgoError} `REQUEST_INVALID`. */
export function checkReceipts(receipts: readonly { slot: number }[]): void {
  checkInteger('receipts', receipts.length, 1, MAX_SLOTS)
  if (new Set(receipts.map(({ slot }) => slot)).size !== receipts.length) {
    throw invalid('a certificate has one receipt of a slot')
  }
}
