import { SECTOR_BYTES } from '../units.ts'

/** Where byte `x` of the log is, straight from docs/protocol/types.md, section 8; BigInt keeps every step exact. */
export function locateByteSlowly(x: number, k: number): { stripe: number; slot: number; offset: number } {
  const sector = BigInt(SECTOR_BYTES)
  return {
    stripe: Number(BigInt(x) / (BigInt(k) * sector)),
    slot: Number((BigInt(x) / sector) % BigInt(k)),
    offset: Number(BigInt(x) % sector),
  }
}
