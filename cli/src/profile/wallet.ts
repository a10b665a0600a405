import { readFile, writeFile } from 'node:fs/promises'
import { type Envelope, StorgoError } from '@storgo/protocol'
import { createMasterKey, unlockMasterKey } from '@storgo/sdk'
import { createKeyFile, openKeyFile } from '@storgo/sdk/key-file'
import { bytesToHex, hexToBytes, type LocalAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'

const MAX_ENVELOPE_FILE_BYTES = 4_096
const SALT_BYTES = 32

/** Where a wallet's two files are. */
export type WalletFiles = { keyFile: string; envelopeFile: string }
/** An account, and the 32 bytes that every key of its files derives from, also as they are sealed. */
export type Wallet = { account: LocalAccount; masterKey: Uint8Array; envelope: Envelope }

const hexOf = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`, 'u'))
    .transform((text) => hexToBytes(text as `0x${string}`))
const envelopeFile = z.strictObject({
  version: z.literal(1),
  /** The chain that is named in what the wallet signs. */
  chainId: z.int().positive(),
  kind: z.literal(0),
  salt: hexOf(SALT_BYTES),
  nonce: hexOf(12),
  sealed: hexOf(48),
})

/**
 * Writes an encrypted key file, and a fresh master key sealed under that key. Neither is ever overwritten.
 *
 * @param privateKey 32 bytes.
 * @throws {StorgoError} `FILE_EXISTS`.
 */
export async function createWallet(
  { keyFile, envelopeFile: path }: WalletFiles,
  { privateKey, password, chainId }: { privateKey: Uint8Array; password: string; chainId: number },
): Promise<LocalAccount> {
  const account = privateKeyToAccount(bytesToHex(privateKey))
  const { envelope } = await createMasterKey(account, chainId)
  await writeWallet({ keyFile, envelopeFile: path }, { privateKey, password, chainId, envelope })
  return account
}

/** Writes the two files of a wallet whose master key is there already. @throws {StorgoError} `FILE_EXISTS`. */
export async function writeWallet(
  { keyFile, envelopeFile: path }: WalletFiles,
  {
    privateKey,
    password,
    chainId,
    envelope,
  }: { privateKey: Uint8Array; password: string; chainId: number; envelope: Envelope },
): Promise<void> {
  await createKeyFile(keyFile, privateKey, password)
  const { kind, salt, nonce, sealed } = envelope
  const record = {
    version: 1,
    chainId,
    kind,
    salt: bytesToHex(salt),
    nonce: bytesToHex(nonce),
    sealed: bytesToHex(sealed),
  }
  await writeFile(path, `${JSON.stringify(record, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
}

/**
 * Opens both files of a wallet.
 * @throws {StorgoError} `KEY_FILE_MISSING`, `KEY_FILE_EXPOSED`, `KEY_FILE_INVALID`, `PASSWORD_WRONG`, `DECRYPTION_FAILED`.
 */
export async function openWallet(files: WalletFiles, password: string): Promise<Wallet> {
  const account = privateKeyToAccount(bytesToHex(await openKeyFile(files.keyFile, password)))
  const { envelope, chainId } = await readEnvelope(files.envelopeFile)
  return { account, envelope, masterKey: await unlockMasterKey(account, chainId, envelope) }
}

async function readEnvelope(path: string): Promise<{ envelope: Envelope; chainId: number }> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new StorgoError('KEY_FILE_MISSING', `there is no sealed master key at ${path}`, { path }, { cause: error })
  })
  try {
    if (text.length > MAX_ENVELOPE_FILE_BYTES) throw new Error(`larger than ${MAX_ENVELOPE_FILE_BYTES} bytes`)
    const { chainId, kind, salt, nonce, sealed } = envelopeFile.parse(JSON.parse(text))
    return { chainId, envelope: { kind, salt, nonce, sealed } }
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw new StorgoError('KEY_FILE_INVALID', `${path} is not a sealed master key: ${why}`, { path }, { cause: error })
  }
}
