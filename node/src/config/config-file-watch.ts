import { stat } from 'node:fs/promises'
import { setInterval } from 'node:timers'

/** Between two looks; a change is told once two looks in a row find the same. */
const LOOK_MS = 1_000

/**
 * Notices when a configuration file has another content, however that came about: written in place, replaced by another file of
 * its name as editors do, or by a link that points elsewhere as containers do. Looking at its name works for all of them and on
 * every file system; listening for changes does not. A file that is still being written is left alone.
 */
export class ConfigFileWatch implements Disposable {
  readonly #file: string
  /** What was there when it was last told of, and what the last look found. */
  #told: string
  #seen: string
  #timer: NodeJS.Timeout | undefined

  private constructor(file: string, found: string) {
    this.#file = file
    this.#told = found
    this.#seen = found
  }

  /** Remembers the file as it is; do this before it is read, or a change in between goes unnoticed. */
  static async of(file: string): Promise<ConfigFileWatch> {
    return new ConfigFileWatch(file, await lookAt(file))
  }

  /** Looks from now on, and calls `onChange` after every change. */
  start(onChange: () => void): void {
    this.#timer ??= setInterval(async () => {
      if (await this.look()) onChange()
    }, LOOK_MS)
    this.#timer.unref()
  }

  /** Looks once. @returns whether the file has changed since that was last said, and is at rest. */
  async look(): Promise<boolean> {
    const found = await lookAt(this.#file)
    const isAtRest = found === this.#seen
    this.#seen = found
    if (!isAtRest || found === this.#told) return false
    this.#told = found
    return true
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

async function lookAt(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
  }
}
