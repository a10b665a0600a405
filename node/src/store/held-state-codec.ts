import { concatBytes, type Receipt, type State, StorgoError } from '@storgo/protocol'
import type { CertifiedState, HeldState } from './slot-store.ts'

/** Version of the records below; a reader refuses others. */
const FORMAT = 1
const SIGNATURE_BYTES = 64
const RECEIPT_BYTES = 5 + SIGNATURE_BYTES

/**
 * The index's record of a state: format uint8 ‖ volumeId uint64 ‖ nonce uint64 ‖ generation uint32 ‖ sectors uint32 ‖ root ‖
 * parent ‖ term uint64 ‖ head ‖ signature ‖ digest ‖ own receipt ‖ n uint8 ‖ n slot roots ‖ length uint16 ‖ head record ‖
 * count uint8 ‖ receipts of the certificate. A receipt is slot uint8 ‖ epoch uint32 ‖ signature. Big-endian.
 */
export function encodeHeldState(held: HeldState | CertifiedState): Uint8Array {
  const { state, signature } = held.signed
  const numbers = Buffer.alloc(25)
  numbers.writeUInt8(FORMAT, 0)
  numbers.writeBigUInt64BE(state.volumeId, 1)
  numbers.writeBigUInt64BE(state.nonce, 9)
  numbers.writeUInt32BE(state.generation, 17)
  numbers.writeUInt32BE(state.sectors, 21)
  const term = Buffer.alloc(8)
  term.writeBigUInt64BE(state.term)
  const headLength = Buffer.alloc(2)
  headLength.writeUInt16BE(held.headRecord.length)
  const receipts = 'receipts' in held ? held.receipts : []
  return concatBytes(
    numbers,
    state.root,
    state.parent,
    term,
    state.head,
    signature,
    held.digest,
    encodeReceipt(held.receipt),
    Uint8Array.of(held.slotRoots.length / 32),
    held.slotRoots,
    headLength,
    held.headRecord,
    Uint8Array.of(receipts.length),
    ...receipts.map(encodeReceipt),
  )
}

/** @throws {StorgoError} `INTERNAL` for a record of another format or length. */
export function decodeHeldState(record: Uint8Array): CertifiedState {
  const reader = new RecordReader(record)
  if (reader.uint(1) !== FORMAT) throw broken('format')
  const volumeId = reader.bigUint64()
  const nonce = reader.bigUint64()
  const generation = reader.uint(4)
  const sectors = reader.uint(4)
  const root = reader.bytes(32)
  const parent = reader.bytes(32)
  const term = reader.bigUint64()
  const state: State = { volumeId, nonce, generation, sectors, root, parent, term, head: reader.bytes(32) }
  const signature = reader.bytes(SIGNATURE_BYTES)
  const digest = reader.bytes(32)
  const receipt = reader.receipt()
  const slotRoots = reader.bytes(reader.uint(1) * 32)
  const headRecord = reader.bytes(reader.uint(2))
  const receipts = Array.from({ length: reader.uint(1) }, () => reader.receipt())
  reader.end()
  return { signed: { state, signature }, digest, slotRoots, headRecord, receipt, receipts }
}

function encodeReceipt({ slot, epoch, signature }: Receipt): Uint8Array {
  const bytes = Buffer.alloc(RECEIPT_BYTES)
  bytes.writeUInt8(slot, 0)
  bytes.writeUInt32BE(epoch, 1)
  bytes.set(signature, 5)
  return bytes
}

class RecordReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  #advance(count: number): number {
    const start = this.#at
    this.#at += count
    if (this.#at > this.#bytes.length) throw broken('length')
    return start
  }

  uint(size: 1 | 2 | 4): number {
    return this.#bytes.readUIntBE(this.#advance(size), size)
  }

  bigUint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#advance(8))
  }

  bytes(count: number): Uint8Array {
    const start = this.#advance(count)
    return new Uint8Array(this.#bytes.subarray(start, start + count))
  }

  receipt(): Receipt {
    const slot = this.uint(1)
    const epoch = this.uint(4) as Receipt['epoch']
    return { slot, epoch, signature: this.bytes(SIGNATURE_BYTES) }
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw broken('length')
  }
}

function broken(field: string): StorgoError {
  return new StorgoError('INTERNAL', `A state record of the index has a wrong ${field}.`, { field })
}
