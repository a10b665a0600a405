import { styleText } from 'node:util'
import type { NothingBeside, RecordOf, SchemaName } from './schemas/registry.ts'

/** Where text goes: a process's stdout or stderr, or what a test collects. */
type Sink = { write(text: string | Uint8Array): unknown; isTTY?: boolean }
export type OutputOptions = { stdout: Sink; stderr: Sink; json: boolean; quiet: boolean; color: boolean }
type Style = Parameters<typeof styleText>[0]

/** Data on stdout, everything else on stderr. With `json`, data is one JSON object per line and nothing else. */
export class Output {
  readonly #options: OutputOptions

  constructor(options: OutputOptions) {
    this.#options = options
  }

  get json(): boolean {
    return this.#options.json
  }

  /** Whether a person watches stderr, so that a line may be rewritten in place. */
  get animated(): boolean {
    return this.#options.stderr.isTTY === true && !this.#options.json && !this.#options.quiet
  }

  /**
   * One record of data: with `--json` an object that starts with its schema's name and version, otherwise `text`.
   * Amounts and other bigints become decimal strings.
   */
  data<Name extends SchemaName, Found extends RecordOf<Name>>(
    schema: Name,
    record: Found & NothingBeside<RecordOf<Name>, Found>,
    text: string,
  ): void {
    this.#options.stdout.write(`${this.json ? toJson({ schema, ...record }) : text}\n`)
  }

  /** What is going on, for a person. Nothing with `--quiet`. */
  note(text: string): void {
    if (!this.#options.quiet) this.#options.stderr.write(`${text}\n`)
  }

  /** Something to look into, though the command goes on. Never silenced: it names who misbehaved. */
  warn(text: string): void {
    this.#options.stderr.write(`${this.paint('yellow', 'warning:')} ${text}\n`)
  }

  /** Rewrites the last line of stderr. Only while {@link animated}. */
  status(text: string): void {
    if (this.animated) this.#options.stderr.write(`\r\u001b[2K${text}`)
  }

  failure(text: string): void {
    this.#options.stderr.write(`${text}\n`)
  }

  paint(style: Style, text: string): string {
    return this.#options.color ? styleText(style, text, { validateStream: false }) : text
  }
}

/** JSON of one line; bigints become decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner))
}
