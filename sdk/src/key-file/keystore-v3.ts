import {
  createCipheriv,
  createDecipheriv,
  pbkdf2,
  randomBytes,
  randomUUID,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import { concatBytes, StorgoError } from '@storgo/protocol'
import { type Address, bytesToHex, keccak256 } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { type KeyDerivation, type Keystore, parseKeystore } from './parse-keystore.ts'

const CIPHER = 'aes-128-ctr'
const KEY_BYTES = 32

/** The keystore file's content for `privateKey`: https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage */
export async function encryptKeystore(
  privateKey: Uint8Array,
  password: string,
  { address, scryptN }: { address: Address; scryptN: number },
): Promise<object> {
  const derivation = { kdf: 'scrypt', salt: randomBytes(32), n: scryptN, r: 8, p: 1 } as const
  const iv = randomBytes(16)
  const derived = await derive(password, derivation)
  const cipher = createCipheriv(CIPHER, derived.subarray(0, 16), iv)
  const ciphertext = concatBytes(cipher.update(privateKey), cipher.final())
  const { salt, n, r, p } = derivation
  return {
    version: 3,
    id: randomUUID(),
    address: address.slice(2).toLowerCase(),
    crypto: {
      cipher: CIPHER,
      cipherparams: { iv: hexOf(iv) },
      ciphertext: hexOf(ciphertext),
      kdf: 'scrypt',
      kdfparams: { dklen: KEY_BYTES, n, r, p, salt: hexOf(salt) },
      mac: hexOf(macOf(derived, ciphertext)),
    },
  }
}

/**
 * The private key, 32 bytes. `path` is only for messages.
 *
 * @throws {StorgoError} `KEY_FILE_INVALID`, `PASSWORD_WRONG`. No error carries the key, the password or the file's text.
 */
export async function decryptKeystore(text: string, password: string, { path }: { path: string }): Promise<Uint8Array> {
  const keystore = parseKeystore(text, path)
  const derived = await derive(password, keystore.derivation)
  if (!timingSafeEqual(macOf(derived, keystore.ciphertext), keystore.mac)) {
    throw new StorgoError('PASSWORD_WRONG', `The password does not open ${path}.`, { path })
  }
  const decipher = createDecipheriv(CIPHER, derived.subarray(0, 16), keystore.iv)
  const privateKey = concatBytes(decipher.update(keystore.ciphertext), decipher.final())
  checkAddress(privateKey, keystore, path)
  return privateKey
}

function checkAddress(privateKey: Uint8Array, { address }: Keystore, path: string): void {
  let actual: Address
  try {
    actual = privateKeyToAddress(bytesToHex(privateKey))
  } catch {
    // Without a cause: that of a bad key could quote it.
    throw new StorgoError('KEY_FILE_INVALID', `${path} does not hold a secp256k1 private key.`, { path })
  }
  if (address !== undefined && address.toLowerCase() !== actual.slice(2).toLowerCase()) {
    const details = { path, address, actual }
    throw new StorgoError('KEY_FILE_INVALID', `${path} names an address that is not its key's.`, details)
  }
}

async function derive(password: string, derivation: KeyDerivation): Promise<Uint8Array> {
  const { salt } = derivation
  if (derivation.kdf === 'pbkdf2') return promisify(pbkdf2)(password, salt, derivation.c, KEY_BYTES, 'sha256')
  const { n, r, p } = derivation
  const options: ScryptOptions = { N: n, r, p, maxmem: 128 * r * (n + p + 2) }
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  scrypt(password, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
  return promise
}

const macOf = (derived: Uint8Array, ciphertext: Uint8Array) =>
  keccak256(concatBytes(derived.subarray(16, 32), ciphertext), 'bytes')

const hexOf = (bytes: Uint8Array) => bytesToHex(bytes).slice(2)
