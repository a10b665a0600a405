import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { hexToBytes } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import type { Context } from '../context.ts'
import { choosePassword } from '../profile/choose-password.ts'
import { findNetwork } from '../profile/find-network.ts'
import { profileFolder } from '../profile/profile-file.ts'
import { createWallet } from '../profile/wallet.ts'
import { makeRoom, WALLET_NAMES } from '../profile/wallet-folder.ts'
import { table } from '../table.ts'
import type { InitFlags } from '../tree/init-command.ts'

/** Makes a wallet and the profile that names it. Prints the address and where things are, never a key. */
export async function init(context: Context, flags: InitFlags): Promise<undefined> {
  const { output, cwd, env, options } = context
  const folder = flags.folder === undefined ? profileFolder(env) : resolve(cwd, flags.folder)
  const deploymentFile = flags.deployment === undefined ? undefined : resolve(cwd, flags.deployment)
  const { rpcUrl, deployment } = await findNetwork(context, { deploymentFile })
  const { chainId } = deployment
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await makeRoom(folder, flags.force === true)
  const { password, file: passwordFile } = await choosePassword(context, folder, {
    name: WALLET_NAMES.password,
    mayAsk: true,
  })
  const files = { keyFile: join(folder, WALLET_NAMES.key), envelopeFile: join(folder, WALLET_NAMES.envelope) }
  const { address } = await createWallet(files, { privateKey: hexToBytes(generatePrivateKey()), password, chainId })
  const profile = {
    // Left out, so that the profile follows the local network to another port.
    ...(options.rpcUrl !== undefined && { rpcUrl: options.rpcUrl }),
    ...(deploymentFile !== undefined && { deploymentFile }),
    keyFile: WALLET_NAMES.key,
    envelopeFile: WALLET_NAMES.envelope,
    ...(passwordFile !== undefined && { passwordFile }),
  }
  const profileFile = join(folder, WALLET_NAMES.profile)
  await writeFile(profileFile, `${JSON.stringify(profile, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
  const text = table([
    ['account', address],
    ['profile', profileFile],
    ['key file', files.keyFile],
    ['password', passwordFile ?? 'asked for at every use'],
    ['chain', `${chainId} at ${rpcUrl}`],
  ])
  output.data('storgo.init/1', { address, profileFile, ...files, passwordFile, chainId, rpcUrl }, text)
  output.note('Keep copies of the key file, its password and master-key.json: without them nobody can read your files.')
  return undefined
}
