import { setTimeout as delay } from 'node:timers/promises'
import { StorgoError } from '@storgo/protocol'
import { openConfigFile } from '../config/config-file.ts'
import { dataDirOf, findNodeProcess, type RunningConfig, readRunningConfig } from '../config/running-node.ts'
import type { Context } from '../context.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'

const RELOAD_TIMEOUT_MS = 15_000
const LOOK_MS = 50

/**
 * Has the running node read its configuration again.
 * @throws {StorgoError} `CONFIG_INVALID` with the node's reason if it refused; then it runs with what it had.
 */
export async function configReload(context: Context, flags: ConfigFlags): Promise<undefined> {
  const { output, signal } = context
  const dataDir = dataDirOf(context, await openConfigFile(context, flags), flags)
  const pid = await findNodeProcess(dataDir, signal)
  const before = (await readRunningConfig(dataDir))?.lastReload?.number ?? 0
  hangUp(pid)
  const { lastReload, generation, restartNeeded } = await reloaded(dataDir, { before, signal })
  const { outcome = 'unchanged', applied = [], error = '' } = lastReload ?? {}
  if (outcome === 'refused') throw new StorgoError('CONFIG_INVALID', `the node refused: ${error}`, { dataDir })
  const text = applied.length === 0 ? 'No setting changed.' : `Changed: ${applied.join(', ')}.`
  output.data('storgo.config.reload/1', { dataDir, pid, outcome, generation, applied, restartNeeded }, text)
  if (restartNeeded.length > 0) output.warn(`a restart is needed for ${restartNeeded.join(', ')}`)
  return undefined
}

/** @throws {StorgoError} `ACCESS_DENIED` if the process is somebody else's. */
function hangUp(pid: number): void {
  try {
    process.kill(pid, 'SIGHUP')
  } catch (cause) {
    const next = 'the same command as the user that runs the node'
    throw new StorgoError('ACCESS_DENIED', `cannot signal process ${pid}`, { pid, next }, { cause })
  }
}

/** What the node says once it has done more reloads than `before`. @throws {StorgoError} `TIMED_OUT`. */
async function reloaded(
  dataDir: string,
  { before, signal }: { before: number; signal: AbortSignal },
): Promise<RunningConfig> {
  for (const deadlineMs = performance.now() + RELOAD_TIMEOUT_MS; performance.now() < deadlineMs; ) {
    const running = await readRunningConfig(dataDir)
    if (running !== undefined && (running.lastReload?.number ?? 0) > before) return running
    await delay(LOOK_MS, undefined, { signal })
  }
  throw new StorgoError('TIMED_OUT', `the node did not answer within ${RELOAD_TIMEOUT_MS / 1000} s`, { dataDir })
}
