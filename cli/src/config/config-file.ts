import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ConfigFile, readConfigFile } from '@storgo/node/config'
import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'
import { nodeFiles } from '../provider/node-files.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

/** Path of the configuration that a command is about: `--file`, or the one that `storgo node start --folder` uses. */
function configPath({ cwd }: Pick<Context, 'cwd'>, { file, folder }: ConfigFlags): string {
  return file === undefined ? nodeFiles(resolve(cwd, folder)).configFile : resolve(cwd, file)
}

/** @throws {StorgoError} `CONFIG_INVALID` if there is none, or its text is not of its format. */
export async function openConfigFile(context: Pick<Context, 'cwd'>, flags: ConfigFlags): Promise<ConfigFile> {
  const path = configPath(context, flags)
  if (existsSync(path)) return readConfigFile(path)
  throw new StorgoError('CONFIG_INVALID', `there is no configuration ${path}`, {
    path,
    next: 'storgo config … --file FILE',
  })
}
