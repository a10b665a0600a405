import { type ConfigFile, invalidConfig, type ResolvedConfig, resolveConfig } from '@storgo/node/config'
import type { Context } from '../context.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

/**
 * What a node would run with that is started here with this file. Settings that are missing altogether are no problem yet: a
 * flag may set them.
 * @throws {StorgoError} `CONFIG_INVALID` naming the setting.
 */
export function effectiveSettings(
  { env }: Pick<Context, 'env'>,
  file: ConfigFile,
  { profile }: Pick<ConfigFlags, 'profile'>,
): ResolvedConfig {
  const resolved = resolveConfig({ file, profile, environment: env, flags: {} })
  const wrong = resolved.problems.filter(({ source }) => source !== undefined)
  if (wrong.length > 0) throw invalidConfig(wrong)
  return resolved
}
