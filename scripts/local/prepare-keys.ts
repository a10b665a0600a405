import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createKeyFile } from '@storgo/sdk/key-file'
import type { HDAccount } from 'viem/accounts'
import { createWallet, type WalletFiles } from '../../cli/src/profile/wallet.ts'
import { accounts, privateKeyOf } from './accounts.ts'

const PASSWORD_BYTES = 24
const CHAIN_ID = 31337

export type KeyFiles = { keyFile: string; passwordFile: string }
export type LocalKeys = { demo: KeyFiles & WalletFiles; operators: KeyFiles[] }

/**
 * Encrypted key files with random passwords in files of mode 600: made at a folder's first start, reused at later ones (the
 * demo account's master key too, so that its keys stay the same).
 */
export async function prepareKeys(folder: string): Promise<LocalKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [demo, ...operators] = await Promise.all([
    prepareDemo(folder),
    ...accounts.operators.map((operator, index) => prepareOperator(folder, `provider-${index + 1}`, operator)),
  ])
  return { demo, operators }
}

async function prepareDemo(folder: string): Promise<KeyFiles & WalletFiles> {
  const files = { ...filesOf(folder, 'demo'), envelopeFile: join(folder, 'demo.master-key.json') }
  if (!existsSync(files.envelopeFile)) {
    const password = await passwordIn(files.passwordFile)
    // One without the other is left of a start that was cut short; the key is one that everybody knows.
    await rm(files.keyFile, { force: true })
    await createWallet(files, { privateKey: privateKeyOf(accounts.demo), password, chainId: CHAIN_ID })
  }
  return files
}

async function prepareOperator(folder: string, name: string, operator: HDAccount): Promise<KeyFiles> {
  const files = filesOf(folder, name)
  if (!existsSync(files.keyFile))
    await createKeyFile(files.keyFile, privateKeyOf(operator), await passwordIn(files.passwordFile))
  return files
}

function filesOf(folder: string, name: string): KeyFiles {
  return { keyFile: join(folder, `${name}.key.json`), passwordFile: join(folder, `${name}.password`) }
}

/** The password in a file that is made if it is not there. */
async function passwordIn(path: string): Promise<string> {
  if (!existsSync(path))
    await writeFile(path, `${randomBytes(PASSWORD_BYTES).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  return (await readFile(path, 'utf8')).trimEnd()
}
