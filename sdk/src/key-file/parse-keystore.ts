import { StorgoError } from '@storgo/protocol'
import { hexToBytes } from 'viem'

export type KeyDerivation =
  | { kdf: 'scrypt'; salt: Uint8Array; n: number; r: number; p: number }
  | { kdf: 'pbkdf2'; salt: Uint8Array; c: number }

/** A version 3 keystore: `iv` 16 bytes, `ciphertext` and `mac` 32, `address` 40 hex digits if it names one. */
export type Keystore = {
  address: string | undefined
  iv: Uint8Array
  ciphertext: Uint8Array
  mac: Uint8Array
  derivation: KeyDerivation
}

type FieldName =
  | 'version'
  | 'address'
  | 'crypto'
  | 'Crypto'
  | 'cipher'
  | 'cipherparams'
  | 'iv'
  | 'ciphertext'
  | 'mac'
  | 'kdf'
  | 'kdfparams'
  | 'dklen'
  | 'salt'
  | 'n'
  | 'r'
  | 'p'
  | 'c'
  | 'prf'
type Fields = { [Name in FieldName]?: unknown }

/** Most memory that a file may make scrypt take: twice what the costliest common tool asks for. */
const MAX_SCRYPT_BYTES = 512 << 20
const MAX_SCRYPT_P = 16
const MAX_PBKDF2_ROUNDS = 10_000_000

/** @throws {StorgoError} `KEY_FILE_INVALID` for anything but a keystore of bounded cost; never quotes the file. */
export function parseKeystore(text: string, path: string): Keystore {
  const invalid = (reason: string) => new StorgoError('KEY_FILE_INVALID', `${path}: ${reason}.`, { path })

  const fieldsOf = (value: unknown, name: string): Fields => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${name} is not an object`)
    return { ...value }
  }
  const bytesOf = (value: unknown, name: string, length?: number): Uint8Array => {
    if (typeof value !== 'string' || !/^([0-9a-f]{2})+$/i.test(value)) throw invalid(`${name} is not hexadecimal`)
    if (length !== undefined && value.length !== 2 * length) throw invalid(`${name} does not have ${length} bytes`)
    return hexToBytes(`0x${value}`)
  }
  const integerOf = (value: unknown, name: string, max: number): number => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
      throw invalid(`${name} is not an integer between 1 and ${max}`)
    }
    return value
  }
  const jsonOf = (json: string): unknown => {
    try {
      return JSON.parse(json)
    } catch {
      throw invalid('it is not JSON')
    }
  }

  const derivationOf = (kdf: unknown, params: Fields): KeyDerivation => {
    if (params.dklen !== 32) throw invalid('kdfparams.dklen is not 32')
    const salt = bytesOf(params.salt, 'kdfparams.salt')
    if (kdf === 'pbkdf2') {
      if (params.prf !== 'hmac-sha256') throw invalid('kdfparams.prf is not hmac-sha256')
      return { kdf, salt, c: integerOf(params.c, 'kdfparams.c', MAX_PBKDF2_ROUNDS) }
    }
    if (kdf !== 'scrypt') throw invalid('kdf is neither scrypt nor pbkdf2')
    const r = integerOf(params.r, 'kdfparams.r', 32)
    const p = integerOf(params.p, 'kdfparams.p', MAX_SCRYPT_P)
    const n = integerOf(params.n, 'kdfparams.n', MAX_SCRYPT_BYTES / (128 * r))
    if (n < 2 || !Number.isInteger(Math.log2(n)) || Math.log2(n) >= 16 * r) {
      throw invalid('kdfparams.n is not a power of two below 2^(16 r)')
    }
    return { kdf, salt, n, r, p }
  }

  const file = fieldsOf(jsonOf(text), 'the file')
  if (file.version !== 3) throw invalid('it is not a keystore of version 3')
  const address = file.address
  if (address !== undefined && typeof address !== 'string') throw invalid('address is not text')
  // Some older tools write the name with a capital letter.
  const crypto = fieldsOf(file.crypto ?? file.Crypto, 'crypto')
  if (crypto.cipher !== 'aes-128-ctr') throw invalid('cipher is not aes-128-ctr')
  return {
    address: address?.replace(/^0x/, ''),
    iv: bytesOf(fieldsOf(crypto.cipherparams, 'cipherparams').iv, 'cipherparams.iv', 16),
    ciphertext: bytesOf(crypto.ciphertext, 'ciphertext', 32),
    mac: bytesOf(crypto.mac, 'mac', 32),
    derivation: derivationOf(crypto.kdf, fieldsOf(crypto.kdfparams, 'kdfparams')),
  }
}
