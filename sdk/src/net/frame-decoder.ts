import { StorgoError } from '@storgo/protocol'

/** The two frames that make up a request or a reply (docs/protocol/types.md section 14). */
export type Frames = { message: Uint8Array; bulk: Uint8Array }
/** Most bytes of each frame, both inclusive. */
export type FrameLimits = { maxMessageBytes: number; maxBulkBytes: number }

const MORE = 0x80
/** Enough for any length that a frame may have; a longer varint can only announce more. */
const MAX_VARINT_BYTES = 4

/**
 * Collects a message frame and a bulk frame from a stream's bytes, however those are cut. A frame's buffer is allocated
 * only once its announced length is known to be within the bounds.
 */
export class FrameDecoder {
  readonly #limits: readonly [number, number]
  readonly #frames: Uint8Array[] = []
  #length = 0
  #lengthBytes = 0
  #frame: Uint8Array | undefined
  #filled = 0

  constructor({ maxMessageBytes, maxBulkBytes }: FrameLimits) {
    this.#limits = [maxMessageBytes, maxBulkBytes]
  }

  /** Both frames, or `undefined` while bytes are missing. */
  get frames(): Frames | undefined {
    const [message, bulk] = this.#frames
    return message && bulk && { message, bulk }
  }

  /**
   * Takes the next bytes of the stream, which may be reused afterwards.
   *
   * @throws {StorgoError} `MESSAGE_TOO_LARGE` for a frame over its bound; `REQUEST_INVALID` for a length that is not a
   * minimal unsigned varint and for bytes after the second frame.
   */
  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#frames.length === 2) throw new StorgoError('REQUEST_INVALID', 'Bytes follow the bulk frame.')
      if (this.#frame === undefined) this.#pushLengthByte(bytes[at++] as number)
      else at += this.#fill(this.#frame, bytes.subarray(at))
    }
  }

  #pushLengthByte(byte: number): void {
    this.#length += (byte & ~MORE) * 2 ** (7 * this.#lengthBytes++)
    const limit = this.#limits[this.#frames.length] as number
    const ended = byte < MORE
    if (this.#length > limit || (!ended && this.#lengthBytes === MAX_VARINT_BYTES)) {
      const name = this.#frames.length === 0 ? 'message' : 'bulk'
      throw new StorgoError('MESSAGE_TOO_LARGE', `A ${name} frame may have at most ${limit} bytes.`, { limit })
    }
    if (!ended) return
    if (byte === 0 && this.#lengthBytes > 1) {
      throw new StorgoError('REQUEST_INVALID', 'The length of a frame is not a minimal varint.')
    }
    this.#frame = new Uint8Array(this.#length)
    this.#fill(this.#frame, new Uint8Array(0))
  }

  /** Returns how many of `bytes` the frame took. */
  #fill(frame: Uint8Array, bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, frame.length - this.#filled)
    frame.set(bytes.subarray(0, taken), this.#filled)
    this.#filled += taken
    if (this.#filled === frame.length) {
      this.#frames.push(frame)
      this.#frame = undefined
      this.#length = this.#lengthBytes = this.#filled = 0
    }
    return taken
  }
}

/** The unsigned varint that goes before a frame of `length` bytes. */
export function encodeFrameLength(length: number): Uint8Array {
  const bytes: number[] = []
  let rest = length
  for (; rest >= MORE; rest = Math.floor(rest / MORE)) bytes.push((rest % MORE) | MORE)
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
