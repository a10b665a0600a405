import { bytesToHex, type Hex, hexToBytes } from 'viem'
import type { CborValue } from '../cbor/plain-cbor.ts'

/** The catalog as a Map by hex, whose order is the keys' order once sorted. */
export class SlowCatalog {
  readonly #entries = new Map<Hex, CborValue>()

  apply(changes: readonly { key: Uint8Array; value: CborValue | undefined }[]): void {
    for (const { key, value } of changes) {
      if (value === undefined) this.#entries.delete(bytesToHex(key))
      else this.#entries.set(bytesToHex(key), value)
    }
  }

  get(key: Uint8Array): CborValue | undefined {
    return this.#entries.get(bytesToHex(key))
  }

  scan(prefix: Uint8Array, after: Uint8Array | undefined, limit: number): { key: Uint8Array; value: CborValue }[] {
    return [...this.#entries]
      .filter(([key]) => key.startsWith(bytesToHex(prefix)) && (after === undefined || key > bytesToHex(after)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([key, value]) => ({ key: hexToBytes(key), value }))
  }

  get size(): number {
    return this.#entries.size
  }
}
