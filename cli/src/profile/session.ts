import { resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { connectStorgo, type Storgo, type VolumeClient } from '@storgo/sdk'
import { readPasswordFile } from '@storgo/sdk/key-file'
import type { LocalAccount } from 'viem'
import type { Context } from '../context.ts'
import { findLocalNetwork } from '../local-network/find.ts'
import { askPassword } from './ask-password.ts'
import { findNetwork } from './find-network.ts'
import { outputLogger } from './output-logger.ts'
import { type Profile, readProfile } from './profile-file.ts'
import { openWallet } from './wallet.ts'

const MAX_VOLUME_ID = 2n ** 64n - 1n

/** An account on a network, ready to act. Disposing it closes its connections. */
export type Session = AsyncDisposable & {
  storgo: Storgo
  account: LocalAccount
  /** 32 bytes. Secret. */
  masterKey: Uint8Array
  rpcUrl: string
  /** The open volumes of the account, or those that its profile names. */
  volumeIds(): Promise<bigint[]>
  /** The volume that `--volume` names, or else the account's only open one (of the local demo account: the demo volume). */
  volume(id: string | undefined): Promise<VolumeClient>
}

/**
 * Opens the wallet of the profile, or where there is none that of the local network's demo account, and connects it.
 * @param logger where what slots do wrong is told; by default on stderr.
 * @throws {StorgoError} `NETWORK_NOT_FOUND`, `CONFIG_INVALID`, `KEY_FILE_…`, `PASSWORD_WRONG`, `CHAIN_UNREACHABLE`, `WRONG_CHAIN`.
 */
export async function openSession(context: Context, logger = outputLogger(context.output)): Promise<Session> {
  const { profile, volumeId } = await whoseSession(context)
  const { rpcUrl, deployment } = await findNetwork(context, profile)
  const password = await passwordOf(context, profile)
  const wallet = await openWallet(profile, password)
  context.passwords.set(profile.keyFile, password)
  const storgo = await connectStorgo({ rpcUrl, deployment, ...wallet, logger })
  const volumeIds = async () => profile.volumes?.map(BigInt) ?? (await openVolumes(storgo))
  return {
    storgo,
    account: wallet.account,
    masterKey: wallet.masterKey,
    rpcUrl,
    volumeIds,
    volume: async (id) => storgo.volume(parseVolumeId(id) ?? parseVolumeId(volumeId) ?? onlyOf(await volumeIds())),
    [Symbol.asyncDispose]: () => storgo[Symbol.asyncDispose](),
  }
}

/** The user's own profile, or the local network's demo account with its volume. */
async function whoseSession(context: Context): Promise<{ profile: Profile; volumeId?: string }> {
  const profile = await readProfile(context)
  if (profile !== undefined) return { profile }
  const { accounts, volumeId } = findLocalNetwork(context.cwd)
  const { keyFile, passwordFile, envelopeFile } = accounts.demo
  return { profile: { keyFile, passwordFile, envelopeFile }, volumeId }
}

async function passwordOf(context: Context, profile: Profile): Promise<string> {
  const { options, env, cwd } = context
  const chosen = options.passwordFile ?? env['STORGO_CLI_PASSWORD_FILE']
  const path = chosen === undefined ? profile.passwordFile : resolve(cwd, chosen)
  if (path !== undefined) return readPasswordFile(path)
  return context.passwords.get(profile.keyFile) ?? askPassword(context, `Password of ${profile.keyFile}:`)
}

/** A volume's id as it was written; undefined stays so. @throws {StorgoError} `REQUEST_INVALID`. */
export function parseVolumeId(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,20}$/u.test(text) || BigInt(text) > MAX_VOLUME_ID || BigInt(text) === 0n)
    throw new StorgoError('REQUEST_INVALID', `"${text}" is not a volume's number`, { next: 'storgo volume ls' })
  return BigInt(text)
}

async function openVolumes(storgo: Storgo): Promise<bigint[]> {
  return (await storgo.volumes.list()).filter(({ closed }) => !closed).map(({ volumeId }) => volumeId)
}

function onlyOf(open: readonly bigint[]): bigint {
  const [only] = open
  if (only === undefined)
    throw new StorgoError('VOLUME_UNKNOWN', 'this account has no open volume', {
      next: 'storgo volume open --size 1GiB',
    })
  if (open.length > 1)
    throw new StorgoError('REQUEST_INVALID', `this account has several open volumes: ${open.join(', ')}`, {
      next: `the same command with --volume ${only}`,
    })
  return only
}
