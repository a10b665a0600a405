import type { ConfigProblem } from './config-problem.ts'
import { NOTHING_IN_FILE, sectionsOf } from './file-sections.ts'
import { isProfileName, PROFILE_DEFAULTS, type ProfileName, profileProblem } from './profiles.ts'
import type { ConfigFile } from './read-config-file.ts'
import { type NodeConfig, nodeConfig } from './schema.ts'
import { type Setting, settings } from './settings.ts'
import { PROFILE_VARIABLE, settingsInEnvironment, settingsInFlags } from './settings-in-texts.ts'
import { isTree, type Tree } from './settings-in-tree.ts'

/** Where values come from, lowest first: each wins over those before it. */
const CONFIG_LAYERS = ['default', 'profile default', 'file', 'profile', 'environment', 'flag'] as const
export type ConfigLayer = (typeof CONFIG_LAYERS)[number]
export type SettingValue = { layer: ConfigLayer; value: unknown }

export type ConfigLayers = {
  file?: ConfigFile | undefined
  /** From the command line; otherwise `STORGO_PROFILE` or the file's own `profile` chooses. */
  profile?: string | undefined
  /** Usually `process.env`; only names that start with `STORGO_` are looked at. */
  environment: Readonly<Record<string, string | undefined>>
  /** Flags without their dashes: `chain-rpc-url` → text. */
  flags: Readonly<Record<string, string>>
}

export type ResolvedConfig = {
  profile: ProfileName | undefined
  /** Whether the file chose it, and so another one after an edit. */
  profileByFile: boolean
  /** Every value that each setting was given, lowest layer first: the last one wins. */
  values: ReadonlyMap<string, readonly SettingValue[]>
  /** One without a source is missing altogether. */
  problems: readonly ConfigProblem[]
  /** Undefined if there are problems. */
  config: NodeConfig | undefined
}

/** Puts the layers over one another, checks each by itself and then the whole. */
export function resolveConfig({ file, profile: flag, environment, flags }: ConfigLayers): ResolvedConfig {
  const problems: ConfigProblem[] = []
  const inFile = file === undefined ? NOTHING_IN_FILE : sectionsOf(file, problems)
  const chosen = flag ?? environment[PROFILE_VARIABLE]
  if (chosen !== undefined && !isProfileName(chosen)) {
    problems.push({ ...profileProblem(chosen), source: flag === undefined ? PROFILE_VARIABLE : '--profile' })
  }
  const profile = chosen === undefined ? inFile.profile : isProfileName(chosen) ? chosen : undefined
  const byLayer: Readonly<Record<ConfigLayer, ReadonlyMap<string, unknown>>> = {
    default: DEFAULTS,
    'profile default': new Map(profile === undefined ? [] : Object.entries(PROFILE_DEFAULTS[profile])),
    file: inFile.base,
    profile: (profile === undefined ? undefined : inFile.profiles.get(profile)) ?? new Map(),
    environment: settingsInEnvironment(environment, problems),
    flag: settingsInFlags(flags, problems),
  }
  const values = new Map<string, SettingValue[]>()
  for (const { key } of settings) {
    const given = CONFIG_LAYERS.filter((layer) => byLayer[layer].has(key))
    values.set(
      key,
      given.map((layer) => ({ layer, value: byLayer[layer].get(key) })),
    )
  }
  // What is wrong where it is may be what is missing in the end.
  if (problems.length === 0) problems.push(...missing(values))
  const checked = problems.length === 0 ? nodeConfig.safeParse(treeOf(values)) : undefined
  for (const { path, message } of checked?.error?.issues ?? []) {
    problems.push({ setting: path.join('.'), reason: message })
  }
  return {
    profile,
    profileByFile: chosen === undefined,
    values,
    problems,
    config: problems.length === 0 ? checked?.data : undefined,
  }
}

const DEFAULTS: ReadonlyMap<string, unknown> = new Map(
  settings.flatMap(({ key, defaultValue }) => (defaultValue === undefined ? [] : [[key, defaultValue]])),
)

function missing(values: ResolvedConfig['values']): ConfigProblem[] {
  const without = settings.filter(({ key, required }) => required && values.get(key)?.length === 0)
  return without.map(({ key, variable, flag }: Setting) => ({
    setting: key,
    reason: `it has to be set, in the file, by ${variable} or by --${flag}`,
  }))
}

/** What was given above the defaults, which the schema knows, as one tree. */
function treeOf(values: ResolvedConfig['values']): Tree {
  const tree: Tree = {}
  for (const { key, path } of settings) {
    const winner = values.get(key)?.at(-1)
    if (winner === undefined || winner.layer === 'default') continue
    let branch = tree
    for (const name of path.slice(0, -1)) {
      const next = branch[name]
      const below: Tree = isTree(next) ? next : {}
      branch[name] = below
      branch = below
    }
    branch[path.at(-1) ?? ''] = winner.value
  }
  return tree
}
