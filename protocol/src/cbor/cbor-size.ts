import type { CborValue } from './plain-cbor.ts'

/** Length in bytes of `encodeCbor(value)`, without encoding it. */
export function cborSize(value: CborValue): number {
  if (value === null) return 1
  if (typeof value === 'number') return headSize(value < 0 ? -1 - value : value)
  if (typeof value === 'string') return sized(new TextEncoder().encode(value).length)
  if (value instanceof Uint8Array) return sized(value.length)
  return value.reduce((sum: number, item) => sum + cborSize(item), headSize(value.length))
}

function sized(bytes: number): number {
  return headSize(bytes) + bytes
}

/** Bytes of the item head that carries `argument`. */
function headSize(argument: number): number {
  if (argument < 24) return 1
  if (argument < 2 ** 8) return 2
  if (argument < 2 ** 16) return 3
  return argument < 2 ** 32 ? 5 : 9
}
