import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { describeProblem, readConfigFile, resolveConfig } from '@storgo/node/config'
import { findNodeProcess } from '../config/running-node.ts'
import type { Context } from '../context.ts'
import { nodeFiles } from '../provider/node-files.ts'
import { checkDataFolder } from './check-data-folder.ts'
import { checkPort, listeningOf } from './check-ports.ts'
import { checkPrivate } from './check-private.ts'
import { type Diagnosis, ill, well } from './diagnosis.ts'

/** A provider that `storgo node init` made: its settings, its secrets, its data and its ports; nothing where there is none. */
export async function checkNodeFolder(context: Context, folder: string): Promise<Diagnosis[]> {
  const { env, cwd, signal } = context
  const name = basename(resolve(cwd, folder))
  const { configFile } = nodeFiles(resolve(cwd, folder))
  if (!existsSync(configFile)) return []
  const settings = `${name} settings`
  const file = await readConfigFile(configFile).catch((error: Error) => error)
  if (file instanceof Error) return [ill(settings, file.message, `storgo config edit --file ${configFile}`)]
  const { config, problems } = resolveConfig({ file, environment: env, flags: {} })
  if (config === undefined) {
    const state = problems.map(describeProblem).join('; ')
    return [ill(settings, state, `storgo config validate ${configFile}`)]
  }
  const { operator, http, p2p, dataDir } = config
  const at = (path: string) => resolve(cwd, path)
  const runs = await findNodeProcess(at(dataDir), signal).then(
    () => true,
    () => false,
  )
  signal.throwIfAborted()
  const ports = [{ what: 'status and metrics', host: http.host, port: http.port }, ...p2p.listen.map(listeningOf)]
  return [
    well(settings, `${configFile} is valid`),
    await checkPrivate(`${name} key`, at(operator.keyFile), 'storgo node init'),
    await checkPrivate(`${name} password`, at(operator.passwordFile), 'storgo node init'),
    // A provider makes it when it starts for the first time.
    ...(existsSync(at(dataDir)) ? await checkDataFolder(name, at(dataDir)) : []),
    ...(await Promise.all(ports.flatMap((port) => (port === undefined ? [] : [checkPort(port, runs)])))),
  ]
}
