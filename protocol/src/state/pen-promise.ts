import type { Address } from 'viem'
import { StorgoError } from '../errors.ts'
import { bytesWord, hashStruct, hashText, type SigningDomain, typedDigest, uintWord } from './eip712.ts'
import { recoverSigner, signDigest } from './signature.ts'

/**
 * A slot's word to the writer that takes the pen: it takes nothing of a lower `term` any more, and this is what it holds:
 * `certified`, the nonce of its certified state (0 if none); `latest`, the digest of its uncertified state (32 bytes,
 * zeros if none), and `latestTerm`, the term of its receipt of that (0 if none). The signature is the operator's, 64
 * bytes, compact. The volume is known from context.
 */
export type PenPromise = {
  slot: number
  term: bigint
  certified: bigint
  latest: Uint8Array
  latestTerm: bigint
  signature: Uint8Array
}

/** What a promise's signature covers. */
export type PenPromiseClaim = Omit<PenPromise, 'signature'> & { volumeId: bigint }

const PROMISE_TYPE = hashText(
  'Promise(uint64 volumeId,uint8 slot,uint64 term,uint64 certified,bytes32 latest,uint64 latestTerm)',
)

/** The 32 bytes that the slot's operator signs. */
export function penPromiseDigest(claim: PenPromiseClaim, domain: SigningDomain): Uint8Array {
  const { volumeId, slot, term, certified, latest, latestTerm } = claim
  const words = [
    uintWord(volumeId, 64),
    uintWord(slot, 8),
    uintWord(term, 64),
    uintWord(certified, 64),
    bytesWord(latest),
    uintWord(latestTerm, 64),
  ]
  return typedDigest(domain, hashStruct(PROMISE_TYPE, ...words))
}

/** @param privateKey of the slot's operator, 32 bytes. */
export function signPenPromise(claim: PenPromiseClaim, domain: SigningDomain, privateKey: Uint8Array): PenPromise {
  const { slot, term, certified, latest, latestTerm } = claim
  const signature = signDigest(penPromiseDigest(claim, domain), privateKey)
  return { slot, term, certified, latest, latestTerm, signature }
}

/**
 * The caller still has to compare the result with the slot's operator.
 *
 * @throws {StorgoError} `CERTIFICATE_INVALID` if that is nobody's signature.
 */
export function recoverPenPromiseSigner(volumeId: bigint, promise: PenPromise, domain: SigningDomain): Address {
  const signer = recoverSigner(penPromiseDigest({ ...promise, volumeId }, domain), promise.signature)
  if (signer === undefined) {
    const { slot, term } = promise
    throw new StorgoError('CERTIFICATE_INVALID', 'the promise has no valid signature', { volumeId, slot, term })
  }
  return signer
}
