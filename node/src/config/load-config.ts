import { StorgoError } from '@storgo/protocol'
import { type ConfigProblem, describeProblem } from './config-problem.ts'
import { readConfigFile } from './read-config-file.ts'
import { type ConfigLayers, type ResolvedConfig, resolveConfig } from './resolve-config.ts'
import type { NodeConfig } from './schema.ts'

export type ConfigSources = Omit<ConfigLayers, 'file'> & {
  /** Path of a YAML, TOML or JSON file. */
  file?: string | undefined
}

/** A configuration without problems. */
export type LoadedConfig = Pick<ResolvedConfig, 'values' | 'profile' | 'profileByFile'> & {
  config: NodeConfig
  file: string | undefined
}

/**
 * Merges flags over variables over the profile over the file over defaults, and checks the result.
 *
 * @throws {StorgoError} `CONFIG_INVALID` naming the first setting that is wrong, where it is and what was expected; also for a
 * file that cannot be read.
 */
export async function loadConfig({ file, ...sources }: ConfigSources): Promise<LoadedConfig> {
  const read = file === undefined ? undefined : await readConfigFile(file)
  const { config, problems, ...resolved } = resolveConfig({ ...sources, file: read })
  if (config === undefined) throw invalidConfig(problems)
  return { ...resolved, config, file }
}

/** The error that stands for these problems; there is at least one. */
export function invalidConfig(problems: readonly ConfigProblem[]): StorgoError {
  const [first = { setting: '', reason: 'not valid' }, ...others] = problems
  const { setting, source, line, nearest } = first
  const details = {
    setting,
    ...(source !== undefined && { source }),
    ...(line !== undefined && { line }),
    ...(nearest !== undefined && { nearest }),
    ...(others.length > 0 && { others: others.length }),
  }
  const rest = others.length === 0 ? '' : ` (and ${others.length} more)`
  return new StorgoError('CONFIG_INVALID', `${describeProblem(first)}${rest}`, details)
}
