import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Chromium with the libraries that it needs, in a folder of its own. */
export type ABrowser = AsyncDisposable & { open(url: string): void }

/**
 * Unpacks the Chromium that is inside an npm package; nothing is fetched. Root needs `--no-sandbox`, and only pages of this test are
 * opened.
 */
export async function aBrowser(): Promise<ABrowser> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'storgo-browser-'))
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  // The package unpacks to the folder for temporary files, and takes what it finds there.
  const ownTmpdir = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  const { inflate } = await import('@sparticuz/chromium')
  const bin = fileURLToPath(new URL('../bin/', import.meta.resolve('@sparticuz/chromium')))
  const [program] = await Promise.all(
    ['chromium.br', 'al2023.tar.br', 'fonts.tar.br'].map((name) => inflate(join(bin, name))),
  )
  if (ownTmpdir === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = ownTmpdir
  if (program === undefined) throw new Error('the package holds no Chromium')
  await chmod(program, 0o700)
  const running: { child?: ChildProcess } = {}
  resources.defer(async () => {
    if (running.child?.kill('SIGKILL')) await once(running.child, 'close')
  })
  const open = (url: string) => {
    running.child = spawn(
      program,
      [
        '--no-sandbox',
        '--no-zygote',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        `--user-data-dir=${join(folder, 'profile')}`,
        '--remote-debugging-port=0',
        url,
      ],
      {
        stdio: 'ignore',
        env: { HOME: folder, FONTCONFIG_PATH: join(folder, 'fonts'), LD_LIBRARY_PATH: join(folder, 'al2023/lib') },
      },
    )
  }
  const ready = resources.move()
  return { open, [Symbol.asyncDispose]: () => ready.disposeAsync() }
}
