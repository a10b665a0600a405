/** The abort reason of a command that a signal ended. */
const INTERRUPTED: unique symbol = Symbol('interrupted')

/** A stretch of work that can be interrupted. */
export type Interruptible = Disposable & { readonly signal: AbortSignal }

/**
 * Who is ended when the user has had enough: the innermost of what runs. A command that runs in a shell ends, and the shell goes
 * on; what ends a process ends them all.
 */
export class Interruptions {
  readonly #running: AbortController[] = [new AbortController()]

  /** Of the process. */
  get signal(): AbortSignal {
    return (this.#running[0] as AbortController).signal
  }

  /** From now on and until it is disposed, Ctrl-C ends what this begins and nothing around it. */
  begin(): Interruptible {
    const own = new AbortController()
    this.#running.push(own)
    return {
      signal: AbortSignal.any([own.signal, this.signal]),
      [Symbol.dispose]: () => void this.#running.splice(this.#running.indexOf(own), 1),
    }
  }

  /** Ends the innermost. @returns whether that had been told before: then it does not come to an end by itself. */
  interrupt(): boolean {
    return this.#end([this.#running.at(-1)])
  }

  /** Ends everything. @returns as {@link interrupt}. */
  terminate(): boolean {
    return this.#end(this.#running)
  }

  #end(ended: readonly (AbortController | undefined)[]): boolean {
    const again = ended.every((one) => one?.signal.aborted === true)
    for (const one of ended) one?.abort(INTERRUPTED)
    return again
  }
}
