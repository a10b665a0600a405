import { resolve } from 'node:path'
import { describeProblem, resolveConfig } from '@storgo/node/config'
import { openConfigFile } from '../config/config-file.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

/** Tells everything that keeps a node from starting here with this file: exit code 2 if there is anything. */
export async function configValidate(
  context: Context,
  path: string | undefined,
  flags: ConfigFlags,
): Promise<ExitCode> {
  const { output, env, cwd } = context
  const file = await openConfigFile(context, path === undefined ? flags : { ...flags, file: resolve(cwd, path) })
  const { problems } = resolveConfig({ file, profile: flags.profile, environment: env, flags: {} })
  const valid = problems.length === 0
  const text = valid ? `${file.file} is valid` : problems.map(describeProblem).join('\n')
  output.data('storgo.config.validate/1', { file: file.file, valid, problems }, text)
  return valid ? EXIT.ok : EXIT.usage
}
