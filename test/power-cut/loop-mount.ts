import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export type FileSystem = 'xfs' | 'ext4'

const run = promisify(execFile)
/** mkfs.xfs makes none smaller than 300 MiB. */
const IMAGE_BYTES = 512 << 20
const COMMAND_MS = 60_000

/** A real file system of its own, in a file, whose power can be cut. */
export class LoopMount implements AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string
  readonly #folder: string
  #isMounted = false

  private constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'mounted')
  }

  /** @returns why it cannot be had here, if it cannot: it takes root, loop devices and the tools of the file system. */
  static async make(type: FileSystem): Promise<LoopMount | string> {
    if (process.getuid?.() !== 0) return 'only root may mount'
    for (const tool of ['xfs_io', `mkfs.${type}`]) {
      if (!(await runs(tool))) return `there is no ${tool}`
    }
    const mount = new LoopMount(await mkdtemp(join(tmpdir(), 'storgo-power-cut-')))
    try {
      await mkdir(mount.path)
      await using image = await open(mount.#image, 'wx')
      await image.truncate(IMAGE_BYTES)
      await command(`mkfs.${type}`, ['-q', mount.#image])
      await mount.#mount()
      return mount
    } catch (error) {
      await mount[Symbol.asyncDispose]()
      return `no ${type} can be mounted: ${error instanceof Error ? error.message.trim() : error}`
    }
  }

  /** Nothing reaches the disk any more, not even what the file system holds in memory. */
  async cutPower(): Promise<void> {
    await command('xfs_io', ['-x', '-c', 'shutdown', this.path])
  }

  /** Nobody may have anything open in it. */
  async mountAgain(): Promise<void> {
    await this.#unmount()
    await this.#mount()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isMounted) await this.#unmount()
    await rm(this.#folder, { recursive: true, force: true })
  }

  get #image(): string {
    return join(this.#folder, 'image')
  }

  async #mount(): Promise<void> {
    await command('mount', ['-o', 'loop', this.#image, this.path])
    this.#isMounted = true
  }

  async #unmount(): Promise<void> {
    await command('umount', [this.path])
    this.#isMounted = false
  }
}

async function command(name: string, args: string[]): Promise<void> {
  await run(name, args, { timeout: COMMAND_MS })
}

async function runs(tool: string): Promise<boolean> {
  return run(tool, ['-V'], { timeout: COMMAND_MS }).then(
    () => true,
    () => false,
  )
}
