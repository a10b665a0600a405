import { type FileHandle, open, stat } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'

const PART_BYTES = 1 << 16
/** A longer line is cut. */
const MAX_LINE_CHARS = 1 << 16
/** What was read last is read again after a pause, to tell a file that has grown from one that was written anew. */
const ANCHOR_BYTES = 64

/** The lines of a file that others write, for as long as they do: it may be missing at first, be truncated, or be replaced. */
export class TailedFile implements AsyncDisposable {
  readonly #path: string
  readonly #follow: boolean
  readonly #part = Buffer.alloc(PART_BYTES)
  readonly #lines: string[] = []
  #file: FileHandle | undefined
  #inode = 0
  #offset = 0
  #anchor = Buffer.alloc(0)
  #decoder = new StringDecoder('utf8')
  #unfinished = ''
  #cut = false

  /** @param follow whether more may come: then a line without an end is not one yet. */
  constructor(path: string, { follow }: { follow: boolean }) {
    this.#path = path
    this.#follow = follow
  }

  /** The next line, or `undefined` if there is none now. */
  async next(): Promise<string | undefined> {
    while (this.#lines.length === 0) {
      this.#file ??= await this.#open()
      if (!this.#file) return undefined
      if (!(await this.#isSame(this.#file))) {
        await this.#begin(undefined)
        continue
      }
      const { bytesRead } = await this.#file.read(this.#part, 0, PART_BYTES, this.#offset)
      if (bytesRead > 0) this.#take(this.#part.subarray(0, bytesRead))
      else if (await this.#isReplaced()) await this.#begin(undefined)
      else if (this.#follow || this.#unfinished === '') return undefined
      else this.#finish()
    }
    return this.#lines.shift()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  async #open(): Promise<FileHandle | undefined> {
    try {
      const file = await open(this.#path, 'r')
      this.#inode = (await file.stat()).ino
      return file
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  /** From the start of the file that is there now; what was left of a line is one. */
  async #begin(file: FileHandle | undefined): Promise<void> {
    await this.#file?.close()
    this.#file = file
    if (this.#unfinished !== '') this.#finish()
    this.#offset = 0
    this.#anchor = Buffer.alloc(0)
    this.#decoder = new StringDecoder('utf8')
    this.#cut = false
  }

  /** Whether what was read last is still there. */
  async #isSame(file: FileHandle): Promise<boolean> {
    const { length } = this.#anchor
    if (length === 0) return true
    const again = Buffer.alloc(length)
    const { bytesRead } = await file.read(again, 0, length, this.#offset - length)
    return bytesRead === length && again.equals(this.#anchor)
  }

  async #isReplaced(): Promise<boolean> {
    const now = await stat(this.#path).catch(() => undefined)
    return now !== undefined && now.ino !== this.#inode
  }

  #take(bytes: Buffer): void {
    this.#offset += bytes.length
    this.#anchor = Buffer.concat([this.#anchor, bytes.subarray(-ANCHOR_BYTES)]).subarray(-ANCHOR_BYTES)
    const parts = (this.#unfinished + this.#decoder.write(bytes)).split('\n')
    this.#unfinished = parts.pop() ?? ''
    for (const part of parts) {
      // The rest of a line that was cut is left out.
      if (!this.#cut) this.#lines.push(part.endsWith('\r') ? part.slice(0, -1) : part)
      this.#cut = false
    }
    if (this.#unfinished.length <= MAX_LINE_CHARS) return
    if (!this.#cut) this.#lines.push(`${this.#unfinished.slice(0, MAX_LINE_CHARS)} … (cut)`)
    this.#cut = true
    this.#unfinished = ''
  }

  #finish(): void {
    if (!this.#cut) this.#lines.push(this.#unfinished)
    this.#unfinished = ''
  }
}
