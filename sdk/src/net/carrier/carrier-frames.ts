import { MAX_BULK_BYTES, MAX_MESSAGE_BYTES, StorgoError } from '@storgo/protocol'

/** What one side of a native carrier tells the other (docs/protocol/carriers.md). */
export type CarrierFrame = FrameHead & { protocol: string; message: Uint8Array; bulk: Uint8Array }

/** `id` is the asking side's number of the request; 0 speaks of the whole connection. */
export type FrameHead = { kind: FrameKind; id: number }
type FrameKind = keyof typeof KINDS

const KINDS = { request: 1, reply: 2, cancel: 3 } as const
const HEAD_BYTES = 14
const MAX_PROTOCOL_BYTES = 64
const NOTHING = new Uint8Array(0)

/**
 * The bytes of a frame up to its bulk, which follows as it is.
 *
 * @throws {StorgoError} `REQUEST_INVALID` for the name of a protocol that is not 1 to 64 bytes of ASCII.
 */
export function encodeFrameStart(
  { kind, id }: FrameHead,
  { protocol = '', message = NOTHING, bulk = NOTHING }: { protocol?: string; message?: Uint8Array; bulk?: Uint8Array },
): Uint8Array {
  const start = Buffer.allocUnsafe(HEAD_BYTES + protocol.length + message.length)
  if (protocol.length > MAX_PROTOCOL_BYTES || start.write(protocol, HEAD_BYTES, 'utf8') !== protocol.length) {
    throw new StorgoError('REQUEST_INVALID', 'The name of the protocol is too long or not ASCII.', { protocol })
  }
  start.writeUInt8(KINDS[kind], 0)
  start.writeUInt8(protocol.length, 1)
  start.writeUInt32BE(id, 2)
  start.writeUInt32BE(message.length, 6)
  start.writeUInt32BE(bulk.length, 10)
  start.set(message, HEAD_BYTES + protocol.length)
  return start
}

type Sizes = { protocolBytes: number; messageBytes: number; bulkBytes: number }

/**
 * Reads frames from the bytes of a connection, however those are cut. At most one frame is in the making, and its bytes
 * have room only once its sizes are known to be within bounds; a frame that is not wanted gets none.
 */
export class CarrierFrameDecoder {
  readonly #onFrame: (frame: CarrierFrame) => void
  readonly #isWanted: (head: FrameHead) => boolean
  readonly #headBytes = Buffer.alloc(HEAD_BYTES)
  #head: (FrameHead & Sizes) | undefined
  #text: Uint8Array = this.#headBytes
  #bulk: Uint8Array = NOTHING
  #filled = 0
  #toSkip = 0

  /** `onFrame` is called for every whole frame, in order, while `push` runs. */
  constructor(onFrame: (frame: CarrierFrame) => void, isWanted: (head: FrameHead) => boolean = () => true) {
    this.#onFrame = onFrame
    this.#isWanted = isWanted
  }

  /** Whether a frame has begun that is not complete. */
  get isInFrame(): boolean {
    return this.#filled > 0 || this.#head !== undefined || this.#toSkip > 0
  }

  /**
   * Takes the next bytes of the connection, which may be reused afterwards.
   *
   * @throws {StorgoError} `REQUEST_INVALID` for an unknown kind, or a protocol, message or bulk where the kind has none;
   * `MESSAGE_TOO_LARGE` for sizes over their bounds. Nothing can be read after that.
   */
  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#toSkip > 0) {
        const skipped = Math.min(this.#toSkip, bytes.length - at)
        this.#toSkip -= skipped
        at += skipped
      } else if (this.#head === undefined) {
        at += this.#fill(this.#headBytes, bytes, at)
        if (this.#filled === HEAD_BYTES) this.#begin()
      } else {
        const target = this.#filled < this.#text.length ? this.#text : this.#bulk
        at += this.#fill(target, bytes, at, target === this.#bulk ? this.#text.length : 0)
        this.#endIfWhole()
      }
    }
  }

  /** Copies from `bytes` into `target`, whose first byte is number `base` of the frame; returns how many it took. */
  #fill(target: Uint8Array, bytes: Uint8Array, at: number, base = 0): number {
    const offset = this.#filled - base
    const taken = Math.min(bytes.length - at, target.length - offset)
    target.set(bytes.subarray(at, at + taken), offset)
    this.#filled += taken
    return taken
  }

  #begin(): void {
    const head = headOf(this.#headBytes)
    this.#filled = 0
    if (!this.#isWanted(head)) {
      this.#toSkip = head.protocolBytes + head.messageBytes + head.bulkBytes
      return
    }
    this.#head = head
    this.#text = new Uint8Array(head.protocolBytes + head.messageBytes)
    // Not zeroed first: no byte of it is seen before the peer's has taken its place.
    this.#bulk = head.bulkBytes === 0 ? NOTHING : unzeroed(head.bulkBytes)
    this.#endIfWhole()
  }

  #endIfWhole(): void {
    const head = this.#head
    if (head === undefined || this.#filled < this.#text.length + this.#bulk.length) return
    const protocol = Buffer.from(this.#text.subarray(0, head.protocolBytes)).toString('latin1')
    const message = this.#text.subarray(head.protocolBytes)
    const frame = { kind: head.kind, id: head.id, protocol, message, bulk: this.#bulk }
    this.#head = undefined
    this.#text = this.#bulk = NOTHING
    this.#filled = 0
    this.#onFrame(frame)
  }
}

function headOf(bytes: Buffer): FrameHead & Sizes {
  const kind = kindOf(bytes.readUInt8(0))
  const id = bytes.readUInt32BE(2)
  const protocolBytes = bytes.readUInt8(1)
  const [messageBytes, bulkBytes] = [bytes.readUInt32BE(6), bytes.readUInt32BE(10)]
  if (messageBytes > MAX_MESSAGE_BYTES || bulkBytes > MAX_BULK_BYTES) {
    throw new StorgoError('MESSAGE_TOO_LARGE', 'A frame is over its bounds.', { messageBytes, bulkBytes })
  }
  const named = protocolBytes > 0 && protocolBytes <= MAX_PROTOCOL_BYTES
  const fits = {
    request: named && id > 0,
    reply: protocolBytes === 0,
    cancel: protocolBytes + messageBytes + bulkBytes === 0 && id > 0,
  }
  if (!kind || !fits[kind]) {
    throw new StorgoError('REQUEST_INVALID', 'A frame is malformed.', { kind: bytes.readUInt8(0), protocolBytes })
  }
  return { kind, id, protocolBytes, messageBytes, bulkBytes }
}

function kindOf(code: number): FrameKind | undefined {
  if (code === KINDS.request) return 'request'
  if (code === KINDS.reply) return 'reply'
  return code === KINDS.cancel ? 'cancel' : undefined
}

function unzeroed(length: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(length)
  return new Uint8Array(buffer, byteOffset, length)
}
