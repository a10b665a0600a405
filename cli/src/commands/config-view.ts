import { writeSettingText } from '@storgo/node/config'
import { openConfigFile } from '../config/config-file.ts'
import { effectiveSettings } from '../config/effective-settings.ts'
import type { Context } from '../context.ts'
import { table } from '../table.ts'
import type { ConfigViewFlags } from '../tree/config-commands.ts'

/** Shows the file as it is, or every setting as a node started here would use it. */
export async function configView(context: Context, flags: ConfigViewFlags): Promise<undefined> {
  const { output } = context
  const file = await openConfigFile(context, flags)
  if (flags.effective !== true) {
    output.data('storgo.config.view/1', { file: file.file, content: file.content }, file.text.trimEnd())
    return undefined
  }
  const { values, profile } = effectiveSettings(context, file, flags)
  const winners = [...values].flatMap(([key, given]) => {
    const winner = given.at(-1)
    return winner === undefined ? [] : [{ key, ...winner }]
  })
  const rows = winners.map(({ key, value, layer }) => [key, writeSettingText(value), layer])
  const settings = Object.fromEntries(winners.map(({ key, ...winner }) => [key, winner]))
  const record = { file: file.file, profile: profile ?? null, settings }
  output.data('storgo.config.effective/1', record, table([['setting', 'value', 'from'], ...rows]))
  return undefined
}
