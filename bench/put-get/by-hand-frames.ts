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

/** Puts the bytes of a socket together to as many as are expected next, each time in memory of their own. */
export function collector(expected: () => number, onWhole: (bytes: Uint8Array) => void): (part: Uint8Array) => void {
  let target: Buffer | undefined
  let filled = 0
  return (part) => {
    for (let at = 0; at < part.length; ) {
      target ??= Buffer.allocUnsafeSlow(expected())
      const taken = Math.min(target.length - filled, part.length - at)
      target.set(part.subarray(at, at + taken), filled)
      at += taken
      filled += taken
      if (filled < target.length) return
      const whole = target
      target = undefined
      filled = 0
      onWhole(whole)
    }
  }
}
