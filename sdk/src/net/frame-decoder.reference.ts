import type { FrameLimits, Frames } from './frame-decoder.ts'

/** Both frames of a whole stream at once, or why it is refused; slow and obvious. */
export function decodeFramesSlowly(
  bytes: Uint8Array,
  limits: FrameLimits,
): Frames | 'TOO_LARGE' | 'INVALID' | 'MISSING' {
  let rest = [...bytes]
  const frames: Uint8Array[] = []
  for (const limit of [limits.maxMessageBytes, limits.maxBulkBytes]) {
    const end = rest.findIndex((byte) => byte < 128)
    const digits = end < 0 ? rest : rest.slice(0, end + 1)
    const length = digits.reduce((sum, byte, i) => sum + BigInt(byte % 128) * 128n ** BigInt(i), 0n)
    if (length > limit || (end < 0 ? digits.length >= 4 : digits.length > 4)) return 'TOO_LARGE'
    if (end < 0) return 'MISSING'
    if (digits.length > 1 && digits.at(-1) === 0) return 'INVALID'
    const frame = rest.slice(end + 1, end + 1 + Number(length))
    if (frame.length < length) return 'MISSING'
    frames.push(Uint8Array.from(frame))
    rest = rest.slice(end + 1 + Number(length))
  }
  if (rest.length > 0) return 'INVALID'
  const [message, bulk] = frames as [Uint8Array, Uint8Array]
  return { message, bulk }
}
