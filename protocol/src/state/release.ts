import type { Address } from 'viem'
import { StorgoError } from '../errors.ts'
import { eip712Domain, hashStruct, hashText, type SigningDomain, typedDigest, uintWord } from './eip712.ts'
import { recoverSigner, signDigest } from './signature.ts'

/**
 * The owner lets go of every stripe that a state of `volumeId` with at most this `nonce` freed: it may be overwritten
 * before its retention is over. Only the owner's wallet can say so; a session key cannot.
 */
export type Release = { volumeId: bigint; nonce: bigint }

const RELEASE_TYPE = hashText('Release(uint64 volumeId,uint64 nonce)')

/** The 32 bytes that the owner's wallet signs. */
export function releaseDigest({ volumeId, nonce }: Release, domain: SigningDomain): Uint8Array {
  return typedDigest(domain, hashStruct(RELEASE_TYPE, uintWord(volumeId, 64), uintWord(nonce, 64)))
}

/** The same for `eth_signTypedData`; `compactSignature` makes what a wallet answers the 64 bytes that slots take. */
export function releaseTypedData(domain: SigningDomain, { volumeId, nonce }: Release) {
  return {
    domain: eip712Domain(domain),
    types: {
      Release: [
        { name: 'volumeId', type: 'uint64' },
        { name: 'nonce', type: 'uint64' },
      ],
    },
    primaryType: 'Release',
    message: { volumeId, nonce },
  } as const
}

/** @returns the owner's signature, 64 bytes, for a wallet whose key is at hand. */
export function signRelease(release: Release, domain: SigningDomain, privateKey: Uint8Array): Uint8Array {
  return signDigest(releaseDigest(release, domain), privateKey)
}

/** The caller still has to compare the result with the volume's owner. @throws {StorgoError} `ACCESS_DENIED` if that is nobody's signature. */
export function recoverReleaseSigner(release: Release, signature: Uint8Array, domain: SigningDomain): Address {
  const signer = recoverSigner(releaseDigest(release, domain), signature)
  if (signer === undefined) throw new StorgoError('ACCESS_DENIED', 'the release has no valid signature', { ...release })
  return signer
}
