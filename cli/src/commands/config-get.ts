import { writeSettingText } from '@storgo/node/config'
import { openConfigFile } from '../config/config-file.ts'
import { effectiveSettings } from '../config/effective-settings.ts'
import { knownSetting } from '../config/known-setting.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

/** Prints one value as `set` would take it: exit code 3 if nothing sets it. */
export async function configGet(context: Context, key: string, flags: ConfigFlags): Promise<ExitCode> {
  knownSetting(key)
  const { values } = effectiveSettings(context, await openConfigFile(context, flags), flags)
  const winner = values.get(key)?.at(-1)
  if (winner === undefined) {
    context.output.note(`${key} is not set`)
    if (context.output.json) context.output.data('storgo.config.get/1', { key, value: null }, '')
    return EXIT.notFound
  }
  context.output.data('storgo.config.get/1', { key, ...winner }, writeSettingText(winner.value))
  return EXIT.ok
}
