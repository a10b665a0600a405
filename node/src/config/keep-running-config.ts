import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../telemetry/logger.ts'
import type { LiveSettings } from './live-settings.ts'

/** In the data folder. */
export const RUNNING_CONFIG_FILE = 'running-config.json'

/**
 * Keeps what a node runs with in a file, for its owner only: an endpoint's address may hold a secret, so values
 * are never served. Disposing removes the file.
 */
export async function keepRunningConfig(
  dataDir: string,
  { settings, logger }: { settings: LiveSettings; logger: Logger },
): Promise<AsyncDisposable> {
  const path = join(dataDir, RUNNING_CONFIG_FILE)
  const write = async () => {
    const unfinished = `${path}.${process.pid}`
    {
      await using file = await open(unfinished, 'w', 0o600)
      await file.writeFile(`${JSON.stringify(settings.running, null, 2)}\n`)
    }
    await rename(unfinished, path)
  }
  await write()
  let writing: Promise<void> = Promise.resolve()
  let isOpen = true
  settings.onReload(() => {
    writing = writing.then(async () => {
      if (isOpen) await write()
    })
    writing = writing.catch((error: unknown) => logger.warn({ path, error }, 'telling the settings failed'))
  })
  return {
    async [Symbol.asyncDispose]() {
      isOpen = false
      await writing
      await rm(path, { force: true })
    },
  }
}
