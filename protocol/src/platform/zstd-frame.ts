import { StorgoError } from '../errors.ts'

const MAGIC = 0xfd2fb528
/** Sizes of the fields that the two low and the two high bits of the frame's descriptor name (RFC 8878, section 3.1.1.1). */
const DICTIONARY_BYTES = [0, 1, 2, 4] as const
const SIZE_BYTES = [0, 2, 4, 8] as const
/** Least window that every decoder is told to support (RFC 8878, section 3.1.1.1.2), and the most that Storgo reads. */
const MAX_WINDOW_BYTES = 1 << 23

/**
 * How many bytes a Zstandard frame says it holds: known before anything is decompressed, so that no allocation
 * follows from what a stranger wrote. Storgo writes only frames that say it.
 *
 * @throws {StorgoError} `DECRYPTION_FAILED` for other bytes, a size that is missing, or one above `maxBytes`.
 */
export function zstdContentBytes(frame: Uint8Array, maxBytes: number): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  if (frame.length < 6 || view.getUint32(0, true) !== MAGIC) throw refused('not a Zstandard frame', maxBytes)
  const descriptor = view.getUint8(4)
  const singleSegment = (descriptor & 0x20) !== 0
  const sizeCode = descriptor >> 6
  const sizeBytes = sizeCode === 0 && singleSegment ? 1 : (SIZE_BYTES[sizeCode] ?? 0)
  const at = 5 + (singleSegment ? 0 : 1) + (DICTIONARY_BYTES[descriptor & 3] ?? 0)
  if (sizeBytes === 0) throw refused('a Zstandard frame must say how much it holds', maxBytes)
  if (frame.length < at + sizeBytes) throw refused('a Zstandard frame ends in its header', maxBytes)
  if (!singleSegment && windowBytes(view.getUint8(5)) > MAX_WINDOW_BYTES)
    throw refused('a Zstandard window is too large', maxBytes)
  const size = littleEndian(view, at, sizeBytes)
  if (size > maxBytes) throw refused(`a Zstandard frame holds ${size} bytes`, maxBytes)
  return size
}

/** The window descriptor is an exponent (5 bits) and a mantissa (3 bits). */
function windowBytes(descriptor: number): number {
  return 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8)
}

function littleEndian(view: DataView, at: number, bytes: number): number {
  switch (bytes) {
    case 1:
      return view.getUint8(at)
    case 2:
      return view.getUint16(at, true) + 256
    case 4:
      return view.getUint32(at, true)
    default:
      return Number(view.getBigUint64(at, true))
  }
}

function refused(message: string, maxBytes: number): StorgoError {
  return new StorgoError('DECRYPTION_FAILED', message, { maxBytes })
}
