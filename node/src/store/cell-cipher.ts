import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { SECTOR_BYTES } from '@storgo/protocol'

/** Bytes that share one tweak. */
const UNIT_BYTES = 65_536
const UNITS = SECTOR_BYTES / UNIT_BYTES

/** AES-256-XTS over whole cells, 64 KiB data units; a unit's tweak is cell · 16 + unit, as 16 bytes little-endian. */
export type CellCipher = {
  /** 1 MiB of plain bytes → 1 MiB for that cell. */
  encrypt(cell: number, plain: Uint8Array, sealed: Uint8Array): void
  decrypt(cell: number, sealed: Uint8Array, plain: Uint8Array): void
}

/** @param key 64 bytes: the two AES-256 keys of XTS, which must differ. */
export function createCellCipher(key: Uint8Array): CellCipher {
  // Given as bytes, it would be turned into a key object again for every unit.
  const secret = createSecretKey(key)
  return {
    encrypt: (cell, plain, sealed) =>
      byUnit(cell, plain, sealed, (tweak) => createCipheriv('aes-256-xts', secret, tweak)),
    decrypt: (cell, sealed, plain) =>
      byUnit(cell, sealed, plain, (tweak) => createDecipheriv('aes-256-xts', secret, tweak)),
  }
}

type Transform = { update(bytes: Uint8Array): Buffer }

function byUnit(
  cell: number,
  input: Uint8Array,
  output: Uint8Array,
  transform: (tweak: Uint8Array) => Transform,
): void {
  const tweak = Buffer.alloc(16)
  for (let unit = 0; unit < UNITS; unit++) {
    tweak.writeBigUInt64LE(BigInt(cell) * BigInt(UNITS) + BigInt(unit))
    const start = unit * UNIT_BYTES
    // XTS gives a whole unit at once: nothing is left for final().
    const part = transform(tweak).update(input.subarray(start, start + UNIT_BYTES))
    output.set(part, start)
    // What the cipher allocated is given back at once: left to the collector, it would cost more than the cipher.
    if (part.buffer instanceof ArrayBuffer && part.buffer.byteLength === UNIT_BYTES) part.buffer.transfer(0)
  }
}
