type Waiter = { bytes: number; go: () => void }

/** A bound on bytes held at once; whoever wants more waits in line. One that asks for more than there is goes alone. */
export class ByteBudget {
  readonly #capacity: number
  #held = 0
  readonly #line: Waiter[] = []

  constructor(capacityBytes: number) {
    this.#capacity = capacityBytes
  }

  /** Resolves to a function that gives the bytes back, once. Rejects with the signal's reason when it aborts first. */
  async take(bytes: number, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    if (this.#line.length > 0 || !this.#fits(bytes)) await this.#wait(bytes, signal)
    else this.#held += bytes
    let given = false
    return () => {
      if (given) return
      given = true
      this.#held -= bytes
      this.#admit()
    }
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#capacity
  }

  #wait(bytes: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#line.splice(this.#line.indexOf(waiter), 1)
        reject(signal?.reason)
        this.#admit()
      }
      const waiter: Waiter = {
        bytes,
        go: () => {
          signal?.removeEventListener('abort', abort)
          resolve()
        },
      }
      this.#line.push(waiter)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  #admit(): void {
    for (let next = this.#line[0]; next && this.#fits(next.bytes); next = this.#line[0]) {
      this.#line.shift()
      this.#held += next.bytes
      next.go()
    }
  }
}
