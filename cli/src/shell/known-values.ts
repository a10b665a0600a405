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
/** Nobody waits longer after a Tab; what comes later is there at the next one. */
const PATIENCE_MS = 1_000
/** Longer than that the network is not asked. */
const GIVE_UP_MS = 5_000
/** Of lists that are on their way. */
const MOST_PENDING = 8

const nothing = () => {}
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }

/** Volumes and paths that a word can be completed to; none where they cannot be told. Never asks the user anything. */
export class KnownValues implements AsyncDisposable {
  readonly #context: Context
  readonly #known = new Map<string, { values: string[]; readMs: number }>()
  readonly #pending = new Map<string, Promise<string[]>>()
  #session: Promise<Session> | undefined

  constructor(context: Context) {
    this.#context = context
  }

  /** @param words of the line, to tell which volume is meant. */
  async starting(kind: ValueKind, start: string, words: readonly string[]): Promise<string[]> {
    const { promise: late, resolve } = Promise.withResolvers<string[]>()
    const timer = setTimeout(() => resolve([]), PATIENCE_MS)
    try {
      const values = await Promise.race([this.#values(kind, start, words), late])
      return values.filter((value) => value.startsWith(start)).slice(0, MOST)
    } catch {
      return []
    } finally {
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => undefined)
    await session?.[Symbol.asyncDispose]()
  }

  async #values(kind: ValueKind, start: string, words: readonly string[]): Promise<string[]> {
    const folder = start.slice(0, start.lastIndexOf('/') + 1)
    if (kind === 'local path') return this.#localPaths(folder)
    if (kind !== 'volume' && kind !== 'remote path')
      return (await import('./local-values.ts')).localValues(kind, this.#context)
    if (kind === 'volume') return this.#remembered('volumes', async ({ volumeIds }) => (await volumeIds()).map(String))
    const flag = words.indexOf('--volume')
    const id = flag === -1 ? undefined : words[flag + 1]
    return this.#remembered(`${id ?? ''} ${folder}`, async ({ volume }) => {
      const signal = AbortSignal.timeout(GIVE_UP_MS)
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
    const pending = this.#pending.get(name)
    if (pending) return pending
    if (this.#pending.size === MOST_PENDING) return []
    const reading = this.#read(name, read).finally(() => this.#pending.delete(name))
    this.#pending.set(name, reading)
    return reading
  }

  async #read(name: string, read: (session: Session) => Promise<string[]>): Promise<string[]> {
    const values = await read(await this.#open())
    this.#known.clear()
    this.#known.set(name, { values, readMs: performance.now() })
    return values
  }

  #open(): Promise<Session> {
    if (this.#session) return this.#session
    // One that needs a password would ask for it in the middle of a line; of what has no terminal nothing is asked.
    const opening = openSession({ ...this.#context, stdin: Readable.from([]) }, silent)
    this.#session = opening
    opening.catch(() => {
      this.#session = undefined
    })
    return opening
  }
}
