import { type Setting, type SettingValue, settings, writeSettingText } from '@storgo/node/config'
import { openConfigFile } from '../config/config-file.ts'
import { effectiveSettings } from '../config/effective-settings.ts'
import { knownSetting } from '../config/known-setting.ts'
import type { Context } from '../context.ts'
import type { RecordOf } from '../schemas/registry.ts'
import { table } from '../table.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

/** Says of one setting, or briefly of all, what it means and where its value comes from. */
export async function configExplain(context: Context, key: string | undefined, flags: ConfigFlags): Promise<undefined> {
  const chosen = key === undefined ? undefined : knownSetting(key)
  const { values } = effectiveSettings(context, await openConfigFile(context, flags), flags)
  const given = (setting: Setting): readonly SettingValue[] => values.get(setting.key) ?? []
  if (chosen !== undefined) {
    context.output.data('storgo.config.explain/1', recordOf(chosen, given(chosen)), inWords(chosen, given(chosen)))
    return undefined
  }
  const rows = settings.map((setting) => {
    const winner = given(setting).at(-1)
    return [setting.key, writeSettingText(winner?.value), winner?.layer ?? 'not set', reloading(setting)]
  })
  const record = { settings: settings.map((setting) => recordOf(setting, given(setting))) }
  context.output.data('storgo.config.explain.all/1', record, table([['setting', 'value', 'from', 'reload'], ...rows]))
  return undefined
}

function recordOf(setting: Setting, layers: readonly SettingValue[]): RecordOf<'storgo.config.explain/1'> {
  const { key, description, expected, defaultValue, required, reload, variable, flag } = setting
  const winner = layers.at(-1)
  const names = { variable, flag: `--${flag}` }
  const value = { value: winner?.value ?? null, from: winner?.layer ?? null, layers }
  return { key, description, expected, default: defaultValue ?? null, required, reload, ...names, ...value }
}

function inWords(setting: Setting, layers: readonly SettingValue[]): string {
  const { key, description, expected, variable, flag } = setting
  const facts = table([
    ['takes', expected],
    ['variable', variable],
    ['flag', `--${flag}`],
    ['change', reloading(setting)],
  ])
  const stack = layers.map(({ layer, value }, at) => [
    at === layers.length - 1 ? '→' : ' ',
    layer,
    writeSettingText(value),
  ])
  const values = stack.length === 0 ? 'not set' : table(stack)
  return `${key}: ${description}\n\n${facts}\n\n${values}`
}

function reloading({ reload }: Setting): string {
  return reload ? 'while running' : 'restart needed'
}
