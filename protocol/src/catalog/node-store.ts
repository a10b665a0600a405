import { bytesToHex } from 'viem'
import { compareBytes, equalBytes } from '../bytes.ts'
import { type ErrorDetails, StorgoError } from '../errors.ts'
import { chunkKey } from '../keys/derive-keys.ts'
import type { Extent } from '../log/extent.ts'
import { seal, unseal } from '../sealing/seal.ts'
import { decodeNode, encodeNode, type Node, type Ref } from './node.ts'
import { NodeCache } from './node-cache.ts'

/** Where sealed nodes come from and go to. Both have deadlines of their own. */
export type NodeLog = {
  /** @returns the `ref.length` sealed bytes of the log at `ref.offset`. */
  load(ref: Ref): Promise<Uint8Array>
  /** Puts sealed bytes at the end of the log. */
  append(sealed: Uint8Array): Promise<Extent>
}

/** What the parent says of a node: its least key, a key above all of its keys, and its depth below the root. */
export type Place = { firstKey?: Uint8Array; before?: Uint8Array | undefined; depth: number }

/** Deepest a node can be below the root; two entries a node are reached by 2^12 nodes, seven (the fewest) by 10^10. */
const MAX_DEPTH = 12
/** Most nodes asked for at a time. */
const MAX_LOADS = 16

/** Reads and writes sealed nodes, keeps those used last, and asks for a node once however many want it. */
export class NodeStore {
  readonly #log: NodeLog
  readonly #volumeKey: Uint8Array
  readonly #cache: NodeCache
  readonly #loading = new Map<string, Promise<Node>>()
  readonly #waiting: (() => void)[] = []
  #loads = 0

  constructor(log: NodeLog, volumeKey: Uint8Array, cacheBytes: number) {
    this.#log = log
    this.#volumeKey = volumeKey
    this.#cache = new NodeCache(cacheBytes)
  }

  /** @throws {StorgoError} `CATALOG_CORRUPT` if the node is not one, or not one that belongs in that place. */
  async load(ref: Ref, { firstKey, before, depth }: Place): Promise<Node> {
    if (depth > MAX_DEPTH) throw corrupt('the tree is too deep', ref, { depth })
    const node = await this.#get(ref)
    const first = node.entries.at(0)?.key
    const last = node.entries.at(-1)?.key
    const starts = firstKey === undefined || (first !== undefined && equalBytes(first, firstKey))
    const ends = before === undefined || (last !== undefined && compareBytes(last, before) < 0)
    if (!starts || !ends) throw corrupt('a node has keys that its parent denies', ref, { depth })
    return node
  }

  /** Seals the node with the key of its own bytes and appends it to the log. */
  async save(node: Node): Promise<Ref> {
    const bytes = encodeNode(node)
    const key = await chunkKey(this.#volumeKey, bytes)
    const sealed = await seal(key, bytes)
    const { offset, length } = await this.#log.append(sealed)
    this.#cache.set(bytesToHex(key), node, sealed.length)
    return { offset, length, key }
  }

  async #get(ref: Ref): Promise<Node> {
    const name = bytesToHex(ref.key)
    const kept = this.#cache.get(name)
    if (kept !== undefined) return kept
    const place = `${ref.offset}/${name}`
    const loading = this.#loading.get(place) ?? this.#fetch(ref, name)
    this.#loading.set(place, loading)
    try {
      return await loading
    } finally {
      this.#loading.delete(place)
    }
  }

  async #fetch(ref: Ref, name: string): Promise<Node> {
    if (this.#loads >= MAX_LOADS) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#loads++
    try {
      const node = decodeNode(await this.#open(ref))
      this.#cache.set(name, node, ref.length)
      return node
    } finally {
      // The place goes to the next in line, or is free.
      const next = this.#waiting.shift()
      if (next === undefined) this.#loads--
      else next()
    }
  }

  async #open(ref: Ref): Promise<Uint8Array> {
    const sealed = await this.#log.load(ref)
    if (sealed.length !== ref.length) throw corrupt('a node has another length', ref, { bytes: sealed.length })
    try {
      return await unseal(ref.key, sealed)
    } catch (cause) {
      throw corrupt('a node does not open with its key', ref, {}, { cause })
    }
  }
}

function corrupt(message: string, { offset, length }: Ref, details: ErrorDetails, options?: ErrorOptions): StorgoError {
  return new StorgoError('CATALOG_CORRUPT', message, { offset, length, ...details }, options)
}
