import { HEAD_MAX_BYTES, MAX_SLOTS } from '../units.ts'
import { invalid } from './message-codec.ts'

const MAX_UINT64 = 2n ** 64n - 1n
export const MAX_UINT32 = 2 ** 32 - 1

/** Every check here throws `REQUEST_INVALID` with the field's name and value. */
export function checkInteger(field: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw invalid(`${field} is out of range`, { [field]: value })
}

export function checkUint64(field: string, value: bigint, min = 0n): void {
  if (value < min || value > MAX_UINT64) throw invalid(`${field} is out of range`, { [field]: value })
}

export function checkBytes(field: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw invalid(`${field} must have ${length} bytes`, { bytes: bytes.length })
}

export function checkSlot(slot: number): void {
  checkInteger('slot', slot, 0, MAX_SLOTS - 1)
}

export function checkHeadRecord(record: Uint8Array): void {
  checkInteger('headRecordBytes', record.length, 1, HEAD_MAX_BYTES)
}
