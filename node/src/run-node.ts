import { parseArgs } from 'node:util'
import { ConfigFileWatch } from './config/config-file-watch.ts'
import { ConfigReloader } from './config/config-reloader.ts'
import { LiveSettings } from './config/live-settings.ts'
import { loadConfig } from './config/load-config.ts'
import { settings } from './config/settings.ts'
import { exitCodeOf, USAGE } from './exit-code.ts'
import type { OpenDisk } from './node.ts'

/** A node that takes longer to stop is stopped. */
const STOP_TIMEOUT_MS = 5_000

const flags = Object.fromEntries(settings.map(({ flag }) => [flag, { type: 'string' }] as const))

/**
 * Runs a provider until it is told to stop, and ends the process. The only place that reads arguments, environment and
 * signals. @param openDisk of a node whose disk is not the system's.
 */
export async function runNode({ openDisk }: { openDisk?: OpenDisk } = {}): Promise<void> {
  try {
    await run(openDisk)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? `${String(error.code)}: ` : ''
    process.stderr.write(`storgo-node: ${code}${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(isArgumentError(error) ? USAGE : exitCodeOf(error))
  }
}

async function run(openDisk: OpenDisk | undefined): Promise<void> {
  const { values } = parseArgs({
    options: { ...flags, config: { type: 'string' }, profile: { type: 'string' }, help: { type: 'boolean' } },
  })
  const { config: file, profile, help, ...given } = values as Record<string, string | undefined> & { help?: boolean }
  if (help === true) return printHelp()
  const chosen = Object.fromEntries(
    Object.entries(given).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  )
  const sources = { file, profile, environment: process.env, flags: chosen }
  using fileWatch = file === undefined ? undefined : await ConfigFileWatch.of(file)
  const settings = new LiveSettings(await loadConfig(sources))
  // Loaded only now: a mistake in the settings is told at once.
  const [{ startProviderNode }, { createLogger }] = await Promise.all([
    import('./node.ts'),
    import('./telemetry/logger.ts'),
  ])
  const { log } = settings.live
  const logger = createLogger(log)
  settings.onChange(() => {
    logger.level = log.level
  })
  const stopped = signalled()
  // Nothing is known of the state of a process in which this happened; a new one starts from the disk.
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      logger.error({ event, error }, 'a failure that nobody handled')
      process.exit(1)
    })
  }
  const starting = startProviderNode(settings, { logger, nowMs: () => performance.now(), openDisk })
  const reloader = new ConfigReloader({ sources, settings, logger })
  // From now on, though a node that is not ready yet reads it again only once it is.
  process.on('SIGHUP', () => void starting.then(() => reloader.reload('signal')).catch(() => {}))
  // A signal during the start ends the process; nothing it has opened needs more than that.
  const node = await Promise.race([starting, stopped.then(() => undefined)])
  if (node === undefined) process.exit(0)
  fileWatch?.start(() => void reloader.reload('file changed'))
  const reason = await Promise.race([stopped, node.failed])
  const failed = typeof reason === 'string' ? undefined : reason
  if (failed === undefined) logger.info({ signal: reason }, 'stopping')
  else logger.error({ error: failed }, 'stopping, because there is no point in going on')
  setTimeout(() => {
    logger.warn({ afterMs: STOP_TIMEOUT_MS }, 'did not stop in time')
    process.exit(failed === undefined ? 1 : exitCodeOf(failed))
  }, STOP_TIMEOUT_MS).unref()
  await node[Symbol.asyncDispose]()
  if (failed !== undefined) throw failed
  process.exit(0)
}

function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve)
  })
}

function printHelp(): void {
  const lines = settings.map(
    ({ flag, variable, description }) => `  --${flag.padEnd(28)} ${variable.padEnd(34)} ${description}`,
  )
  process.stdout.write(
    `Usage: node node/src/main.ts [--config FILE] [--profile NAME] [settings]\n\n${lines.join('\n')}\n`,
  )
}

function isArgumentError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
