import { StorgoError } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'

/** Keeps one peer from taking all of a provider's places: more than `most` requests at a time are told to wait. */
export class RequestsPerPeer {
  readonly #running = new Map<string, number>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  limit(handle: RequestHandler): RequestHandler {
    return async (request, context) => {
      const peer = context.peer.toString()
      const running = this.#running.get(peer) ?? 0
      if (running >= this.#most) {
        throw new StorgoError('PROVIDER_BUSY', `More than ${this.#most} requests of one peer at once.`, {
          most: this.#most,
        })
      }
      this.#running.set(peer, running + 1)
      try {
        return await handle(request, context)
      } finally {
        const left = (this.#running.get(peer) ?? 1) - 1
        if (left === 0) this.#running.delete(peer)
        else this.#running.set(peer, left)
      }
    }
  }
}
