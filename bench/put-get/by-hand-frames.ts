/** What is asked of a receiver: one byte says what, four which sector; after `put` come the bytes of it. */
export const OPERATIONS = { put: 1, get: 2, sync: 3 } as const
export const HEAD_BYTES = 5

export function writeHead(operation: keyof typeof OPERATIONS, sector: number): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt8(OPERATIONS[operation])
  head.writeUInt32BE(sector, 1)
  return head
}

export function readHead(bytes: Uint8Array): { operation: number; sector: number } {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return { operation: head.readUInt8(), sector: head.readUInt32BE(1) }
}
