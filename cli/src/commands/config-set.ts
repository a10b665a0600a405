import { basename } from 'node:path'
import { readSettingText, type Setting, writeSettingText } from '@storgo/node/config'
import { StorgoError } from '@storgo/protocol'
import { changeConfigFile } from '../config/change-config-file.ts'
import { openConfigFile } from '../config/config-file.ts'
import { knownProfile } from '../config/known-profile.ts'
import { knownSetting } from '../config/known-setting.ts'
import type { Context } from '../context.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

/** Sets a value in the file, if it is one that the setting takes. */
export async function configSet(context: Context, key: string, text: string, flags: ConfigFlags): Promise<undefined> {
  const setting = knownSetting(key)
  const value = readSettingText(setting, text)
  if (!setting.accepts(value))
    throw new StorgoError('CONFIG_INVALID', `${key}: expected ${setting.expected}`, {
      setting: key,
      next: `storgo config explain ${key}`,
    })
  await change(context, setting, value, flags)
}

/** Takes a value out of the file, so that a lower layer's counts. */
export async function configUnset(context: Context, key: string, flags: ConfigFlags): Promise<undefined> {
  await change(context, knownSetting(key), undefined, flags)
}

async function change(context: Context, setting: Setting, value: unknown, flags: ConfigFlags): Promise<void> {
  const { key, reload } = setting
  const profile = flags.profile === undefined ? undefined : knownProfile(flags.profile)
  const file = await openConfigFile(context, flags)
  const path = profile === undefined ? setting.path : ['profiles', profile, ...setting.path]
  await changeConfigFile(context, file, { path, value })
  const where = `${basename(file.file)}${profile === undefined ? '' : `, profile ${profile}`}`
  const what = value === undefined ? `${key} is not set any more` : `${key} is ${writeSettingText(value)}`
  const record = { file: file.file, key, profile, value: value ?? null, reload }
  context.output.data('storgo.config.set/1', record, `${what} (${where})`)
  context.output.note(
    reload ? '  A running node takes it within seconds.' : '  It counts from the next start of the node on.',
  )
}
