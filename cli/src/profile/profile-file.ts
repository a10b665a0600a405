import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { z } from 'zod'
import type { Context } from '../context.ts'

/** Largest profile read. */
const MAX_PROFILE_BYTES = 1 << 16

const profile = z.strictObject({
  /** The chain's JSON-RPC endpoint; without one the local network's. */
  rpcUrl: z.url({ protocol: /^https?$/u }).optional(),
  /** Addresses of the contracts; without them the local network's. */
  deploymentFile: z.string().min(1).optional(),
  keyFile: z.string().min(1),
  /** Without one the password is asked for. */
  passwordFile: z.string().min(1).optional(),
  /** The sealed master key. */
  envelopeFile: z.string().min(1),
  /** Numbers of the volumes that the master key opens, where the wallet does not own them. */
  volumes: z
    .array(z.string().regex(/^[1-9]\d{0,19}$/u))
    .max(256)
    .optional(),
})
/** What `storgo init` writes: paths, never secrets. Relative paths are relative to the profile. */
export type Profile = z.infer<typeof profile>

/** The folder of the wallet and its profile unless `--config` says otherwise. */
export function profileFolder(env: Context['env']): string {
  const base = env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')
  return env['STORGO_CLI_FOLDER'] ?? join(base, 'storgo')
}

/** Path of the profile to use: flag, then `STORGO_CLI_CONFIG`, then the default; `chosen` if it has to be there. */
export function profilePath({ options, env, cwd }: Pick<Context, 'options' | 'env' | 'cwd'>): {
  path: string
  chosen: boolean
} {
  const path = options.configFile ?? env['STORGO_CLI_CONFIG']
  if (path !== undefined) return { path: resolve(cwd, path), chosen: true }
  return { path: join(profileFolder(env), 'profile.json'), chosen: false }
}

/**
 * The profile, with absolute paths; `undefined` if none was chosen and there is none at the default place.
 * @throws {StorgoError} `CONFIG_INVALID` naming the setting.
 */
export async function readProfile(context: Pick<Context, 'options' | 'env' | 'cwd'>): Promise<Profile | undefined> {
  const { path, chosen } = profilePath(context)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !chosen) return undefined
    throw new StorgoError(
      'CONFIG_INVALID',
      `cannot read the profile ${path}`,
      { path, next: 'storgo init' },
      { cause: error },
    )
  })
  if (text === undefined) return undefined
  const { deploymentFile, keyFile, passwordFile, envelopeFile, rpcUrl, volumes } = parse(path, text)
  const folder = dirname(path)
  return {
    keyFile: resolve(folder, keyFile),
    envelopeFile: resolve(folder, envelopeFile),
    ...(rpcUrl !== undefined && { rpcUrl }),
    ...(volumes !== undefined && { volumes }),
    ...(deploymentFile !== undefined && { deploymentFile: resolve(folder, deploymentFile) }),
    ...(passwordFile !== undefined && { passwordFile: resolve(folder, passwordFile) }),
  }
}

function parse(path: string, text: string): Profile {
  try {
    if (text.length > MAX_PROFILE_BYTES) throw new Error(`larger than ${MAX_PROFILE_BYTES} bytes`)
    return profile.parse(JSON.parse(text))
  } catch (error) {
    const why =
      error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error)
    throw new StorgoError('CONFIG_INVALID', `the profile ${path} is not valid: ${why}`, { path }, { cause: error })
  }
}
