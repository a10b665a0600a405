import { createHash } from 'node:crypto'
import { StorgoError } from '@storgo/protocol'
import { type CellCipher, createCellCipher } from './cell-cipher.ts'
import { createPatchCipher, type PatchCipher } from './patch-cipher.ts'

/** A key of the store: a number that entries and patches name it by, and 64 bytes. */
export type StoreKey = { number: number; bytes: Uint8Array }

type Ciphers = { cell: CellCipher; patch: PatchCipher }

/** The keys that bytes on this disk are encrypted with. The newest is used for whatever is written. */
export class KeyRing {
  readonly #ciphers = new Map<number, Ciphers>()
  #newest = 0

  constructor(keys: readonly StoreKey[]) {
    for (const key of keys) this.add(key)
  }

  /** The number of the key in use. */
  get newest(): number {
    return this.#newest
  }

  add({ number, bytes }: StoreKey): void {
    this.#ciphers.set(number, { cell: createCellCipher(bytes), patch: createPatchCipher(bytes) })
    this.#newest = number
  }

  cell(number: number): CellCipher {
    return this.#of(number).cell
  }

  /** key uint8 ‖ encrypted bytes. */
  sealPatch(plain: Uint8Array): Uint8Array {
    return Buffer.concat([Uint8Array.of(this.#newest), this.#of(this.#newest).patch.seal(plain)])
  }

  openPatch(sealed: Uint8Array): Uint8Array {
    return this.#of(keyOfPatch(sealed)).patch.open(sealed.subarray(1))
  }

  #of(number: number): Ciphers {
    const ciphers = this.#ciphers.get(number)
    if (ciphers === undefined) {
      throw new StorgoError('SECTOR_CORRUPT', `There is no key ${number} of the store any more.`, { number })
    }
    return ciphers
  }
}

/** The number of the key that a patch is encrypted with. */
export function keyOfPatch(sealed: Uint8Array): number {
  return sealed[0] ?? 0
}

/** Tells keys apart and reveals nothing of them. */
export function fingerprintOf({ bytes }: StoreKey): Uint8Array {
  return createHash('sha256').update('storgo/store-key/1').update(bytes).digest()
}
