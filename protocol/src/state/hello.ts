import { type Address, bytesToHex } from 'viem'
import { StorgoError } from '../errors.ts'
import {
  addressWord,
  eip712Domain,
  hashBytes,
  hashStruct,
  hashText,
  type SigningDomain,
  typedDigest,
  uintWord,
} from './eip712.ts'
import { recoverSigner, signDigest } from './signature.ts'

/** What a peer signs to speak for an account: docs/protocol/types.md section 4. */
export type HelloClaim = {
  account: Address
  /** Raw peer ids (multihash bytes) as the transport authenticated them. */
  from: Uint8Array
  to: Uint8Array
  /** Unix seconds. */
  issuedAt: bigint
}

const HELLO_TYPE = hashText('Hello(address account,bytes from,bytes to,uint64 issuedAt)')

/** The 32 bytes that the account signs. */
export function helloDigest({ account, from, to, issuedAt }: HelloClaim, domain: SigningDomain): Uint8Array {
  return typedDigest(
    domain,
    hashStruct(HELLO_TYPE, addressWord(account), hashBytes(from), hashBytes(to), uintWord(issuedAt, 64)),
  )
}

/** The same for `eth_signTypedData`; `compactSignature` makes what a wallet answers the 64 bytes of a hello. */
export function helloTypedData(domain: SigningDomain, { account, from, to, issuedAt }: HelloClaim) {
  return {
    domain: eip712Domain(domain),
    types: {
      Hello: [
        { name: 'account', type: 'address' },
        { name: 'from', type: 'bytes' },
        { name: 'to', type: 'bytes' },
        { name: 'issuedAt', type: 'uint64' },
      ],
    },
    primaryType: 'Hello',
    message: { account, from: bytesToHex(from), to: bytesToHex(to), issuedAt },
  } as const
}

/** @returns the account's signature, 64 bytes. */
export function signHello(claim: HelloClaim, domain: SigningDomain, privateKey: Uint8Array): Uint8Array {
  return signDigest(helloDigest(claim, domain), privateKey)
}

/** The caller still has to compare the result with `claim.account`. @throws {StorgoError} `HELLO_REFUSED` if that is nobody's signature. */
export function recoverHelloSigner(claim: HelloClaim, signature: Uint8Array, domain: SigningDomain): Address {
  const signer = recoverSigner(helloDigest(claim, domain), signature)
  if (signer === undefined) {
    throw new StorgoError('HELLO_REFUSED', 'the hello has no valid signature', { account: claim.account })
  }
  return signer
}
