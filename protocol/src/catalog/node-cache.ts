import type { Node } from './node.ts'

/** Keeps the nodes used last, by the text of their key, up to a number of bytes as they are sealed. */
export class NodeCache {
  readonly #maxBytes: number
  // In order of use: a Map keeps the order of insertion, and every use inserts again.
  readonly #nodes = new Map<string, { node: Node; bytes: number }>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string): Node | undefined {
    const found = this.#nodes.get(key)
    if (found === undefined) return undefined
    this.#nodes.delete(key)
    this.#nodes.set(key, found)
    return found.node
  }

  set(key: string, node: Node, bytes: number): void {
    this.#delete(key)
    if (bytes > this.#maxBytes) return
    this.#nodes.set(key, { node, bytes })
    this.#bytes += bytes
    for (const oldest of this.#nodes.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.#delete(oldest)
    }
  }

  /** Bytes of all nodes kept. */
  get bytes(): number {
    return this.#bytes
  }

  #delete(key: string): void {
    this.#bytes -= this.#nodes.get(key)?.bytes ?? 0
    this.#nodes.delete(key)
  }
}
