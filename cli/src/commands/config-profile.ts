import { PROFILE_DEFAULTS, PROFILES, resolveConfig, writeSettingText } from '@storgo/node/config'
import { changeConfigFile } from '../config/change-config-file.ts'
import { openConfigFile } from '../config/config-file.ts'
import { effectiveSettings } from '../config/effective-settings.ts'
import { knownProfile } from '../config/known-profile.ts'
import type { Context } from '../context.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

const NONE = 'none'

/** Shows what each profile changes and which one is used, or has the file use another. */
export async function configProfile(
  context: Context,
  name: string | undefined,
  flags: ConfigFlags,
): Promise<undefined> {
  const { output } = context
  const file = await openConfigFile(context, flags)
  if (name !== undefined) {
    const profile = name === NONE ? undefined : knownProfile(name)
    await changeConfigFile(context, file, { path: ['profile'], value: profile })
    const text = profile === undefined ? 'No profile is used.' : `The profile is ${profile}.`
    output.data('storgo.config.profile/1', { file: file.file, profile: profile ?? null }, text)
    return undefined
  }
  const used = effectiveSettings(context, file, flags).profile
  const profiles = PROFILES.map((each) => {
    const { values } = resolveConfig({ file, profile: each, environment: {}, flags: {} })
    const inFile = [...values].flatMap(([key, given]) =>
      given.filter(({ layer }) => layer === 'profile').map(({ value }) => [key, value] as const),
    )
    return { name: each, defaults: PROFILE_DEFAULTS[each], inFile: Object.fromEntries(inFile) }
  })
  const text = profiles.map(({ name: each, defaults, inFile }) => {
    const lines = [...linesOf(defaults, 'by itself'), ...linesOf(inFile, 'in the file')]
    return [`${each === used ? '→' : ' '} ${each}`, ...lines].join('\n')
  })
  output.data('storgo.config.profiles/1', { file: file.file, profile: used ?? null, profiles }, text.join('\n'))
  return undefined
}

function linesOf(values: Readonly<Record<string, unknown>>, where: string): string[] {
  return Object.entries(values).map(([key, value]) => `    ${key} = ${writeSettingText(value)} (${where})`)
}
