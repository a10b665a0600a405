import { basename } from 'node:path'
import { type ConfigFile, invalidConfig, parseConfigFile, resolveConfig } from '@storgo/node/config'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { type ConfigChange, changeConfigText, losesComments } from './change-config-text.ts'
import { writeConfigFile } from './write-config-file.ts'

/**
 * Changes one value in a configuration file, if it is valid afterwards.
 * @throws {StorgoError} `CONFIG_INVALID` naming the setting; then nothing was written.
 */
export async function changeConfigFile(context: Context, file: ConfigFile, change: ConfigChange): Promise<void> {
  const text = changeConfigText(file, change)
  if (text === file.text) return
  assertValid(parseConfigFile(file.file, text))
  if (losesComments(file)) await confirm(context, `The comments in ${basename(file.file)} will be lost.`)
  await writeConfigFile(file, text)
}

/**
 * Checks what the file itself says; what is missing in it may be set elsewhere.
 * @throws {StorgoError} `CONFIG_INVALID`.
 */
export function assertValid(file: ConfigFile): void {
  const wrong = resolveConfig({ file, environment: {}, flags: {} }).problems.filter(
    ({ source }) => source !== undefined,
  )
  if (wrong.length > 0) throw invalidConfig(wrong)
}
