import type { ConfigProblem } from './config-problem.ts'
import { nearestName } from './nearest-name.ts'
import { readSettingText } from './setting-text.ts'
import { settings } from './settings.ts'

type Texts = Readonly<Record<string, string | undefined>>

/** Chooses the profile; no setting itself. */
export const PROFILE_VARIABLE = 'STORGO_PROFILE'
/** Variables of the same prefix that other Storgo programs read; everything else unknown is a typo. */
const OTHER_PROGRAMS = /^STORGO_(CLI|DEV|TEST|BENCH|DEMO)_/

/** Values by setting of the variables that start with `STORGO_`; adds to `problems` what is wrong with them. */
export function settingsInEnvironment(environment: Texts, problems: ConfigProblem[]): Map<string, unknown> {
  const ours = Object.entries(environment).filter(
    ([name]) => name.startsWith('STORGO_') && name !== PROFILE_VARIABLE && !OTHER_PROGRAMS.test(name),
  )
  return settingsInTexts(Object.fromEntries(ours), 'variable', problems)
}

/** Values by setting of flags without their dashes; adds to `problems` what is wrong with them. */
export function settingsInFlags(flags: Texts, problems: ConfigProblem[]): Map<string, unknown> {
  return settingsInTexts(flags, 'flag', problems)
}

function settingsInTexts(given: Texts, by: 'variable' | 'flag', problems: ConfigProblem[]): Map<string, unknown> {
  const values = new Map<string, unknown>()
  const dashes = by === 'flag' ? '--' : ''
  for (const [name, text] of Object.entries(given)) {
    if (text === undefined) continue
    const setting = settings.find((candidate) => candidate[by] === name)
    if (setting === undefined) {
      const nearest = nearestName(
        name,
        settings.map((candidate) => candidate[by]),
      )
      const meant = nearest === undefined ? {} : { nearest: `${dashes}${nearest}` }
      const source = by === 'flag' ? 'command line' : 'environment'
      problems.push({ setting: `${dashes}${name}`, source, reason: 'there is no such setting', ...meant })
      continue
    }
    const value = readSettingText(setting, text)
    if (setting.accepts(value)) values.set(setting.key, value)
    else problems.push({ setting: setting.key, source: `${dashes}${name}`, reason: `expected ${setting.expected}` })
  }
  return values
}
