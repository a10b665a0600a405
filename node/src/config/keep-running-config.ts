import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../telemetry/logger.ts'
import type { LiveSettings } from './live-settings.ts'

/**
 * Keeps what a node runs with in `running-config.json`, for its owner only: an endpoint's address may hold a secret, so values
 * are never served. Disposing removes the file.
 */
export async function keepRunningConfig(
  dataDir: string,
  { settings, logger }: { settings: LiveSettings; logger: Logger },
): Promise<AsyncDisposable> {
  const path = join(dataDir, 'running-config.json')
  const write = async () => {
    const unfinished = `${path}.${process.pid}`
    const { report, running } = settings
    {
      await using file = await open(unfinished, 'w', 0o600)
      await file.writeFile(`${JSON.stringify({ ...report, settings: running }, null, 2)}\n`)
    }
    await rename(unfinished, path)
  }
  await write()
  let writing: Promise<void> = Promise.resolve()
  let isOpen = true
  settings.onChange(() => {
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
