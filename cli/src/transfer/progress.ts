import type { Output } from '../output.ts'
import { formatBytes } from '../quantities.ts'

/** What a moving line can say beside its verb. */
const WORDS: Readonly<Record<string, string>> = {
  committing: 'waiting for receipts',
  accepted: 'waiting for the last slots',
}
const REDRAW_MS = 100
const BAR_WIDTH = 24

/** One line on stderr that counts bytes while they move; drawn only for a person at a terminal. */
export class Progress {
  readonly #output: Output
  readonly #verb: string
  readonly #startedMs = performance.now()
  #drawnMs = 0
  #phase = ''

  /** @param verb What is done with the bytes, such as `storing`. */
  constructor(output: Output, verb: string) {
    this.#output = output
    this.#verb = verb
  }

  /** So much has been moved since the start. A new phase is drawn at once, more bytes of one a few times a second. */
  reached(phase: string, bytes: number, totalBytes: number | undefined, files: number): void {
    const now = performance.now()
    if (!this.#output.animated || (phase === this.#phase && now - this.#drawnMs < REDRAW_MS)) return
    this.#drawnMs = now
    this.#phase = phase
    const rate = `${formatBytes(Math.round((bytes * 1000) / Math.max(1, now - this.#startedMs)))}/s`
    const counts = files > 1 ? `${rate} · ${files} files` : rate
    this.#output.status([this.#verb, bar(bytes, totalBytes), '·', WORDS[phase] ?? counts].join(' '))
  }

  /** Takes the line away. */
  done(): void {
    this.#output.status('')
  }
}

function bar(bytes: number, totalBytes: number | undefined): string {
  if (totalBytes === undefined || totalBytes === 0) return formatBytes(bytes)
  const part = Math.min(1, bytes / totalBytes)
  return `${'█'.repeat(Math.floor(part * BAR_WIDTH)).padEnd(BAR_WIDTH, '░')} ${Math.floor(part * 100)} % of ${formatBytes(totalBytes)}`
}
