import { resolveConfig, settingOf, writeSettingText } from '@storgo/node/config'
import { openConfigFile } from '../config/config-file.ts'
import { dataDirOf, findNodeProcess, noNode, readRunningConfig } from '../config/running-node.ts'
import type { Context } from '../context.ts'
import { table } from '../table.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

/** What it takes for the node to use the file's value. */
type Remedy = 'reload' | 'restart' | 'set by environment' | 'set by flag'

/** Compares what a running node uses with what its file says now, in the profile that it has or would have. */
export async function configDiff(context: Context, flags: ConfigFlags): Promise<undefined> {
  const file = await openConfigFile(context, flags)
  const dataDir = dataDirOf(context, file, flags)
  await findNodeProcess(dataDir, context.signal)
  const running = await readRunningConfig(dataDir)
  if (running === undefined) throw noNode(dataDir)
  const profile = running.profileByFile ? undefined : running.profile
  const { values } = resolveConfig({ file, profile, environment: {}, flags: {} })
  const differences = Object.entries(running.settings).flatMap(([key, { value, layer }]) => {
    const inFile = values.get(key)?.at(-1)?.value
    if (JSON.stringify(inFile) === JSON.stringify(value)) return []
    return [{ key, running: value ?? null, file: inFile ?? null, remedy: remedyOf(key, layer) }]
  })
  const rows = differences.map(({ key, running, file, remedy }) => [
    key,
    writeSettingText(running),
    writeSettingText(file),
    remedy,
  ])
  const text =
    rows.length === 0 ? 'The node uses what the file says.' : table([['setting', 'running', 'file', 'takes'], ...rows])
  context.output.data('storgo.config.diff/1', { file: file.file, dataDir, differences }, text)
  return undefined
}

function remedyOf(key: string, layer: string | undefined): Remedy {
  if (layer === 'environment' || layer === 'flag') return `set by ${layer}`
  return settingOf(key)?.reload === true ? 'reload' : 'restart'
}
