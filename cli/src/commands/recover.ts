import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { parseRecoveryCard, recoverFromWallet, sealMasterKey } from '@storgo/sdk'
import { openKeyFile, readPasswordFile, readSecretFile } from '@storgo/sdk/key-file'
import { bytesToHex, hexToBytes } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { Context } from '../context.ts'
import { askPassword } from '../profile/ask-password.ts'
import { choosePassword } from '../profile/choose-password.ts'
import { findNetwork } from '../profile/find-network.ts'
import { profileFolder } from '../profile/profile-file.ts'
import { writeWallet } from '../profile/wallet.ts'
import { makeRoom, WALLET_NAMES } from '../profile/wallet-folder.ts'
import { table } from '../table.ts'
import type { RecoverFlags } from '../tree/recovery-commands.ts'

/** What was recovered, for a new profile. */
type Found = {
  privateKey: Uint8Array
  masterKey: Uint8Array
  volumeIds: readonly bigint[]
  rpcUrl: string
  chainId: number
  deploymentText: string
}

/** Writes a profile with which all files are there again, from the wallet or from the recovery card. */
export async function recover(context: Context, flags: RecoverFlags): Promise<undefined> {
  const { output, cwd, env } = context
  if ((flags.wallet === undefined) === (flags.card === undefined)) {
    throw new StorgoError('REQUEST_INVALID', 'name one thing to recover from: --wallet FILE or --card FILE')
  }
  const folder = flags.folder === undefined ? profileFolder(env) : resolve(cwd, flags.folder)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Before anything is asked, so that a refusal costs nothing.
  await makeRoom(folder, false)
  const found = flags.card === undefined ? await fromWallet(context, flags) : await fromCard(context, flags.card, flags)
  const account = privateKeyToAccount(bytesToHex(found.privateKey))
  const { password, file: passwordFile } = await choosePassword(context, folder, {
    name: WALLET_NAMES.password,
    mayAsk: true,
  })
  const envelope = await sealMasterKey(account, found.chainId, found.masterKey)
  const files = { keyFile: join(folder, WALLET_NAMES.key), envelopeFile: join(folder, WALLET_NAMES.envelope) }
  await writeWallet(files, { privateKey: found.privateKey, password, chainId: found.chainId, envelope })
  await writeFile(join(folder, WALLET_NAMES.deployment), found.deploymentText, { flag: 'wx', mode: 0o600 })
  const profile = {
    rpcUrl: found.rpcUrl,
    deploymentFile: WALLET_NAMES.deployment,
    keyFile: WALLET_NAMES.key,
    envelopeFile: WALLET_NAMES.envelope,
    volumes: found.volumeIds.map(String),
    ...(passwordFile !== undefined && { passwordFile }),
  }
  const profileFile = join(folder, WALLET_NAMES.profile)
  await writeFile(profileFile, `${JSON.stringify(profile, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  const volumes = found.volumeIds.join(', ')
  const text = table([
    ['account', account.address],
    ['volumes', volumes],
    ['profile', profileFile],
    ['chain', `${found.chainId} at ${found.rpcUrl}`],
  ])
  const record = { address: account.address, volumeIds: found.volumeIds, profileFile, ...files, passwordFile }
  output.data('storgo.recover/1', { ...record, chainId: found.chainId, rpcUrl: found.rpcUrl }, text)
  if (flags.card !== undefined)
    output.note(
      'The card reads and writes your files; the new wallet beside it owns nothing, so it pays for nothing either.',
    )
  return undefined
}

async function fromWallet(context: Context, flags: RecoverFlags): Promise<Found> {
  const { cwd, signal } = context
  const path = resolve(cwd, flags.wallet ?? '')
  const { walletPasswordFile } = flags
  const password =
    walletPasswordFile === undefined
      ? await askPassword(context, `Password of ${path}:`)
      : await readPasswordFile(resolve(cwd, walletPasswordFile))
  const privateKey = await openKeyFile(path, password)
  const { rpcUrl, deployment } = await findNetwork(context, { deploymentFile: deploymentOf(context, flags) })
  const account = privateKeyToAccount(bytesToHex(privateKey))
  const { masterKey, volumeIds } = await recoverFromWallet(account, { rpcUrl, deployment, signal })
  const deploymentText = `${JSON.stringify(deployment, null, 2)}\n`
  return { privateKey, masterKey, volumeIds, rpcUrl, chainId: deployment.chainId, deploymentText }
}

async function fromCard(context: Context, card: string, flags: RecoverFlags): Promise<Found> {
  const { cwd, options, env } = context
  const { masterKey, deployment, rpcUrl, volumeIds } = parseRecoveryCard(await readSecretFile(resolve(cwd, card)))
  const file = deploymentOf(context, flags)
  const deploymentText = file === undefined ? `${JSON.stringify(deployment, null, 2)}\n` : await readFile(file, 'utf8')
  return {
    privateKey: hexToBytes(generatePrivateKey()),
    ...{ masterKey, volumeIds, deploymentText },
    rpcUrl: options.rpcUrl ?? env['STORGO_CLI_RPC_URL'] ?? rpcUrl,
    chainId: deployment.chainId,
  }
}

function deploymentOf({ cwd }: Context, { deployment }: RecoverFlags): string | undefined {
  return deployment === undefined ? undefined : resolve(cwd, deployment)
}
