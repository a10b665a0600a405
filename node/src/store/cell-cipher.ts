import { createCipheriv, createDecipheriv } from 'node:crypto'
import { SECTOR_BYTES } from '@storgo/protocol'

/** Bytes that share one tweak. */
const UNIT_BYTES = 65_536
const UNITS = SECTOR_BYTES / UNIT_BYTES

/** AES-256-XTS over whole cells, 64 KiB data units; a unit's tweak is cell · 16 + unit, as 16 bytes little-endian. */
export type CellCipher = {
  /** 1 MiB of plain bytes → 1 MiB for that cell. */
  encrypt(cell: number, plain: Uint8Array): Uint8Array
  decrypt(cell: number, sealed: Uint8Array): Uint8Array
}

/** @param key 64 bytes: the two AES-256 keys of XTS, which must differ. */
export function createCellCipher(key: Uint8Array): CellCipher {
  return {
    encrypt: (cell, plain) => byUnit(plain, cell, (tweak) => createCipheriv('aes-256-xts', key, tweak)),
    decrypt: (cell, sealed) => byUnit(sealed, cell, (tweak) => createDecipheriv('aes-256-xts', key, tweak)),
  }
}

function byUnit(input: Uint8Array, cell: number, transform: (tweak: Uint8Array) => { update(b: Uint8Array): Buffer }) {
  const output = new Uint8Array(SECTOR_BYTES)
  const tweak = Buffer.alloc(16)
  for (let unit = 0; unit < UNITS; unit++) {
    tweak.writeBigUInt64LE(BigInt(cell) * BigInt(UNITS) + BigInt(unit))
    const start = unit * UNIT_BYTES
    // XTS gives a whole unit at once: nothing is left for final().
    output.set(transform(tweak).update(input.subarray(start, start + UNIT_BYTES)), start)
  }
  return output
}
