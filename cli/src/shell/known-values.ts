import { readdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { ValueKind } from '../completion/completions-at.ts'
import type { Context } from '../context.ts'
import { openSession, type Session } from '../profile/session.ts'
import { listFolder } from '../transfer/list-folder.ts'

/** Most that one Tab shows. */
const MOST = 200
/** What the network said is shown again for so long. */
const FRESH_MS = 5_000
/** Nobody waits longer after a Tab. */
const PATIENCE_MS = 5_000

const nothing = () => {}
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** Volumes and paths that a word can be completed to; none where they cannot be told. Never asks the user anything. */
export class KnownValues implements AsyncDisposable {
  readonly #context: Context
  readonly #known = new Map<string, { values: string[]; readMs: number }>()
  #session: Session | undefined

  constructor(context: Context) {
    this.#context = context
  }

  /** @param words of the line, to tell which volume is meant. */
  async starting(kind: ValueKind, start: string, words: readonly string[]): Promise<string[]> {
    try {
      const values = await this.#values(kind, start, words)
      return values.filter((value) => value.startsWith(start)).slice(0, MOST)
    } catch {
      return []
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.[Symbol.asyncDispose]()
  }

  #values(kind: ValueKind, start: string, words: readonly string[]): Promise<string[]> {
    const folder = start.slice(0, start.lastIndexOf('/') + 1)
    if (kind === 'local path') return this.#localPaths(folder)
    if (kind === 'volume') return this.#remembered('volumes', async ({ volumeIds }) => (await volumeIds()).map(String))
    const flag = words.indexOf('--volume')
    const id = flag === -1 ? undefined : words[flag + 1]
    return this.#remembered(`${id ?? ''} ${folder}`, async ({ volume }) => {
      const signal = AbortSignal.timeout(PATIENCE_MS)
      const entries: string[] = []
      for await (const { path } of listFolder(await volume(id), folder.replace(/\/$/u, ''), signal)) {
        entries.push(path)
        if (entries.length === MOST) break
      }
      return entries
    })
  }

  async #localPaths(folder: string): Promise<string[]> {
    const entries = await readdir(resolve(this.#context.cwd, dirname(`${folder}.`)), { withFileTypes: true })
    return entries.map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
  }

  async #remembered(name: string, read: (session: Session) => Promise<string[]>): Promise<string[]> {
    const known = this.#known.get(name)
    if (known && performance.now() - known.readMs < FRESH_MS) return known.values
    // One that needs a password would ask for it in the middle of a line; of what has no terminal nothing is asked.
    this.#session ??= await openSession({ ...this.#context, stdin: Readable.from([]) }, silent)
    const values = await read(this.#session)
    this.#known.clear()
    this.#known.set(name, { values, readMs: performance.now() })
    return values
  }
}
