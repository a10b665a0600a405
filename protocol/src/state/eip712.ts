import { type Address, hexToBytes, keccak256, numberToBytes, pad, stringToBytes } from 'viem'
import { concatBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'

/** Where a signature counts: one chain, one deployment. `verifyingContract` is the `ProofOfStorage` proxy. */
export type SigningDomain = { chainId: number; verifyingContract: Address }

const WORD_BYTES = 32
const DOMAIN_TYPE = hashText('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)')
const NAME = hashText('Storgo')
const VERSION = hashText('1')

/** The domain as wallets take it, beside typed data. */
export function eip712Domain({ chainId, verifyingContract }: SigningDomain) {
  return { name: 'Storgo', version: '1', chainId, verifyingContract } as const
}

/** keccak256 of a type, or of the value of a `string` member. 32 bytes. */
export function hashText(text: string): Uint8Array {
  return keccak256(stringToBytes(text), 'bytes')
}

/** keccak256 of the value of a `bytes` member. 32 bytes. */
export function hashBytes(bytes: Uint8Array): Uint8Array {
  return keccak256(bytes, 'bytes')
}

/** A `uint<bits>` member. @throws {StorgoError} `REQUEST_INVALID` if it does not fit. */
export function uintWord(value: bigint | number, bits: number): Uint8Array {
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (!whole || value < 0 || BigInt(value) >> BigInt(bits) !== 0n) {
    throw new StorgoError('REQUEST_INVALID', `${value} is no uint${bits}`)
  }
  return numberToBytes(value, { size: WORD_BYTES })
}

/** A `bytes32` member. @throws {StorgoError} `REQUEST_INVALID` unless there are 32 bytes. */
export function bytesWord(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== WORD_BYTES) throw new StorgoError('REQUEST_INVALID', `${bytes.length} bytes where a hash has 32`)
  return bytes
}

/** An `address` member. */
export function addressWord(address: Address): Uint8Array {
  return pad(hexToBytes(address), { size: WORD_BYTES })
}

/** EIP-712 `hashStruct`: `words` are the encoded members in order. */
export function hashStruct(type: Uint8Array, ...words: readonly Uint8Array[]): Uint8Array {
  return keccak256(concatBytes(type, ...words), 'bytes')
}

/** The 32 bytes that are signed for a struct in a domain. */
export function typedDigest({ chainId, verifyingContract }: SigningDomain, struct: Uint8Array): Uint8Array {
  const domain = hashStruct(DOMAIN_TYPE, NAME, VERSION, uintWord(chainId, 256), addressWord(verifyingContract))
  return keccak256(concatBytes(Uint8Array.of(0x19, 0x01), domain, struct), 'bytes')
}
