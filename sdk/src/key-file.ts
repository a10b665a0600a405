import { bytesToHex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { decryptKeystore, encryptKeystore } from './key-file/keystore-v3.ts'
import { createSecretFile, readSecretFile } from './key-file/secret-file.ts'

export { createSecretFile, readSecretFile }

export type KeyFileOptions = {
  /** Cost of guessing the password, a power of two; default 2^15 (32 MiB and about 0.1 s for each guess). */
  scryptN?: number
}

/**
 * Writes a private key (secp256k1, 32 bytes) as a Web3 keystore of version 3, readable by its owner alone. Durable when it
 * resolves; there is never half a file.
 *
 * @throws {StorgoError} `FILE_EXISTS`: nothing is ever overwritten.
 */
export async function createKeyFile(
  path: string,
  privateKey: Uint8Array,
  password: string,
  { scryptN = 2 ** 15 }: KeyFileOptions = {},
): Promise<void> {
  const address = privateKeyToAddress(bytesToHex(privateKey))
  const keystore = await encryptKeystore(privateKey, password, { address, scryptN })
  await createSecretFile(path, `${JSON.stringify(keystore, null, 2)}\n`)
}

/**
 * Reads the private key (32 bytes) of a Web3 keystore of version 3, ours or another tool's.
 *
 * @throws {StorgoError} `KEY_FILE_MISSING`; `KEY_FILE_EXPOSED` if others may read it; `KEY_FILE_INVALID`; `PASSWORD_WRONG`.
 */
export async function openKeyFile(path: string, password: string): Promise<Uint8Array> {
  return decryptKeystore(await readSecretFile(path), password, { path })
}

/**
 * Reads the password that a file consists of, without the newline at its end.
 *
 * @throws {StorgoError} `KEY_FILE_MISSING`; `KEY_FILE_EXPOSED` if others may read it; `KEY_FILE_INVALID` if it is empty.
 */
export async function readPasswordFile(path: string): Promise<string> {
  return readSecretFile(path).then((text) => text.replace(/\r?\n$/, ''))
}
