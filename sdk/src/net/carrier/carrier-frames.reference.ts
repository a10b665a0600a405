import type { CarrierFrame } from './carrier-frames.ts'

/** All frames of a whole connection at once, up to the first that is refused, and why; slow and obvious. */
export function readFramesSlowly(bytes: Uint8Array): { frames: CarrierFrame[]; end: 'WHOLE' | 'CUT' | 'REFUSED' } {
  const frames: CarrierFrame[] = []
  let rest = [...bytes]
  while (rest.length > 0) {
    if (rest.length < 14) return { frames, end: 'CUT' }
    const number = (from: number) => rest.slice(from, from + 4).reduce((sum, byte) => sum * 256 + byte, 0)
    const [code = 0, protocolBytes = 0] = rest
    const kind = ([undefined, 'request', 'reply', 'cancel'] as const)[code]
    const [id, messageBytes, bulkBytes] = [number(2), number(6), number(10)]
    const isOfItsKind =
      (kind === 'request' && id > 0 && protocolBytes >= 1 && protocolBytes <= 64) ||
      (kind === 'reply' && protocolBytes === 0) ||
      (kind === 'cancel' && id > 0 && protocolBytes === 0 && messageBytes === 0 && bulkBytes === 0)
    if (!kind || !isOfItsKind || messageBytes > 65_536 || bulkBytes > 1_048_576) return { frames, end: 'REFUSED' }
    const parts = [protocolBytes, messageBytes, bulkBytes]
    rest = rest.slice(14)
    if (rest.length < protocolBytes + messageBytes + bulkBytes) return { frames, end: 'CUT' }
    const [protocol = [], message = [], bulk = []] = parts.map((length) => rest.splice(0, length))
    frames.push({
      kind,
      id,
      protocol: String.fromCharCode(...protocol),
      message: Uint8Array.from(message),
      bulk: Uint8Array.from(bulk),
    })
  }
  return { frames, end: 'WHOLE' }
}
