import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { startMessage } from './start-message.ts'

export type BackgroundOptions = {
  repository: string
  startScript: string
  folder: string
  /** For the script, as its own command line has them. */
  options: readonly string[]
  onProgress(text: string): void
  signal: AbortSignal
}

/**
 * Starts a local network that outlives this process, and waits until it is ready. Its output goes to `network.log`.
 * When it is not ready in time, or `signal` aborts, it is stopped again.
 */
export async function startInBackground({
  repository,
  startScript,
  folder,
  options,
  onProgress,
  signal,
}: BackgroundOptions): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const logFile = join(folder, 'network.log')
  const log = openSync(logFile, 'w', 0o600)
  const args = [startScript, '--folder', folder, ...options]
  const child = spawn(process.execPath, args, { cwd: repository, detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  try {
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        child.kill('SIGTERM')
        reject(signal.reason)
      }
      signal.addEventListener('abort', stop, { once: true })
      child.on('message', (raw) => {
        const message = startMessage.parse(raw)
        if (message.kind === 'progress') onProgress(message.text)
        else if (message.kind === 'ready') resolve()
        else reject(failed(message.message, logFile))
      })
      child.once('error', (error) => reject(failed(error.message, logFile)))
      child.once('exit', (code, ended) => reject(failed(`it ended with ${ended ?? `exit code ${code}`}`, logFile)))
    })
  } finally {
    if (child.connected) child.disconnect()
    child.removeAllListeners()
    child.unref()
  }
}

function failed(message: string, logFile: string): StorgoError {
  return new StorgoError('INTERNAL', `the local network did not start: ${message}`, {
    logFile,
    next: `less ${logFile}`,
  })
}
