import type { Readable, Writable } from 'node:stream'

const ESCAPE = '\u001b'
const CTRL_C = '\u0003'
const ENTER = `${ESCAPE}[?1049h${ESCAPE}[?25l`
const LEAVE = `${ESCAPE}[?25h${ESCAPE}[?1049l`
const HOME = `${ESCAPE}[H`
const CLEAR_LINE = `${ESCAPE}[K`
const CLEAR_BELOW = `${ESCAPE}[J`

type Keyboard = Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown }
type Terminal = Writable & { columns?: number; rows?: number }

/** A terminal's other screen, drawn over and over; the first comes back when it is disposed. `quit` aborts at q or Ctrl-C. */
export class Screen implements Disposable {
  readonly #stdin: Keyboard
  readonly #stdout: Terminal
  readonly #quit = new AbortController()
  readonly #onKey = (key: Buffer): void => {
    if (['q', 'Q', CTRL_C].includes(key.toString())) this.#quit.abort()
  }

  constructor(stdin: Keyboard, stdout: Terminal) {
    this.#stdin = stdin
    this.#stdout = stdout
    stdout.write(ENTER)
    stdin.setRawMode?.(true)
    stdin.on('data', this.#onKey)
    stdin.resume()
  }

  get quit(): AbortSignal {
    return this.#quit.signal
  }

  /** Shows as many of the lines, and as much of each, as there is room for. */
  draw(text: string): void {
    // A terminal that does not know its size says 0.
    const columns = this.#stdout.columns || 80
    const rows = this.#stdout.rows || 24
    const lines = text.split('\n').slice(0, rows - 1)
    const cut = lines.map((line) => `${line.slice(0, columns - 1)}${CLEAR_LINE}`)
    this.#stdout.write(`${HOME}${cut.join('\r\n')}${CLEAR_BELOW}`)
  }

  [Symbol.dispose](): void {
    this.#stdin.off('data', this.#onKey)
    this.#stdin.setRawMode?.(false)
    this.#stdin.pause()
    this.#stdout.write(LEAVE)
  }
}
