import type { Address } from 'viem'
import { StorgoError } from '../errors.ts'
import type { Epoch } from '../units.ts'
import { bytesWord, hashStruct, hashText, type SigningDomain, typedDigest, uintWord } from './eip712.ts'
import { recoverSigner, signDigest } from './signature.ts'

/**
 * A provider's countersignature of a state: "I hold my slot of this". `term` is the term under which the slot took it:
 * the state's own, or that of a later writer that completes it. The signature has 64 bytes, compact.
 */
export type Receipt = { slot: number; epoch: Epoch; term: bigint; signature: Uint8Array }

/** What a receipt's signature covers; `state` is the state's digest. */
export type ReceiptClaim = { state: Uint8Array; slot: number; epoch: Epoch; term: bigint }

const RECEIPT_TYPE = hashText('Receipt(bytes32 state,uint8 slot,uint32 epoch,uint64 term)')

/** The 32 bytes that the slot's operator signs. */
export function receiptDigest({ state, slot, epoch, term }: ReceiptClaim, domain: SigningDomain): Uint8Array {
  const words = [bytesWord(state), uintWord(slot, 8), uintWord(epoch, 32), uintWord(term, 64)]
  return typedDigest(domain, hashStruct(RECEIPT_TYPE, ...words))
}

/** @param privateKey of the slot's operator, 32 bytes. */
export function signReceipt(claim: ReceiptClaim, domain: SigningDomain, privateKey: Uint8Array): Receipt {
  const { slot, epoch, term } = claim
  return { slot, epoch, term, signature: signDigest(receiptDigest(claim, domain), privateKey) }
}

/**
 * @param state digest of the state that the receipt is for.
 * @throws {StorgoError} `CERTIFICATE_INVALID` if that is nobody's signature.
 */
export function recoverReceiptSigner(state: Uint8Array, receipt: Receipt, domain: SigningDomain): Address {
  const { slot, epoch, term, signature } = receipt
  const signer = recoverSigner(receiptDigest({ state, slot, epoch, term }, domain), signature)
  if (signer === undefined)
    throw new StorgoError('CERTIFICATE_INVALID', 'the receipt has no valid signature', { slot, epoch })
  return signer
}
