import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { EXIT } from '../exit-codes.ts'
import { nodeFiles } from '../provider/node-files.ts'
import { nodeProgram } from '../provider/node-program.ts'
import type { NodeStartFlags } from '../tree/node-commands.ts'

/** Runs a provider in the foreground, as a process of its own; ends with what that ends with. */
export async function nodeStart({ cwd, signal }: Context, flags: NodeStartFlags): Promise<ExitCode> {
  const { configFile } = nodeFiles(resolve(cwd, flags.folder))
  if (!existsSync(configFile))
    throw new StorgoError('CONFIG_INVALID', `there is no provider in ${flags.folder}: ${configFile} is missing`, {
      path: configFile,
      next: 'storgo node init',
    })
  const profile = flags.profile === undefined ? [] : ['--profile', flags.profile]
  const child = spawn(process.execPath, [nodeProgram(), '--config', configFile, ...profile], { stdio: 'inherit' })
  const stop = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  const [code] = (await once(child, 'exit')) as [number | null]
  return signal.aborted ? EXIT.ok : ((code ?? EXIT.failed) as ExitCode)
}
