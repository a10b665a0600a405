import type { FileSource } from './file-source.ts'

/**
 * The files of one put, in order. Those that are not part of a certified state yet can be had once more, when the put has to
 * begin again: their sources are opened again then, and nobody's list of files is read twice.
 */
export class FileQueue {
  readonly #source: AsyncIterator<FileSource> | Iterator<FileSource>
  /** Had once, and to be had again. */
  #again: FileSource[] = []
  /** Handed out since the last certified state, oldest first. */
  #out: FileSource[] = []

  constructor(files: AsyncIterable<FileSource> | Iterable<FileSource>) {
    this.#source = Symbol.asyncIterator in files ? files[Symbol.asyncIterator]() : files[Symbol.iterator]()
  }

  /** The next file, or `undefined` after the last. */
  async next(): Promise<FileSource | undefined> {
    let file = this.#again.shift()
    if (!file) {
      const next = await this.#source.next()
      if (next.done) return undefined
      file = next.value
    }
    this.#out.push(file)
    return file
  }

  /** The files handed out are part of a certified state, but for the last `unfinished` ones. */
  certified(unfinished: 0 | 1): void {
    this.#out = unfinished === 0 ? [] : this.#out.slice(-unfinished)
  }

  /** What was handed out and not certified is handed out again. */
  rewind(): void {
    this.#again = [...this.#out, ...this.#again]
    this.#out = []
  }

  /** No more files are wanted. */
  async end(): Promise<void> {
    await this.#source.return?.()
  }
}
