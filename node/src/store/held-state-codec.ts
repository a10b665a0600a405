import { HASH_BYTES, type Receipt, type State } from '@storgo/protocol'
import { brokenRecord, RecordReader, RecordWriter } from './record-bytes.ts'
import type { CertifiedState, HeldState } from './slot-store.ts'

/** Version of the records below; a reader refuses others. */
const FORMAT = 2
const SIGNATURE_BYTES = 64

/**
 * A state as the journal and the index keep it: format uint8 ‖ volumeId uint64 ‖ nonce uint64 ‖ generation uint32 ‖ sectors
 * uint32 ‖ root ‖ parent ‖ term uint64 ‖ head ‖ signature ‖ digest ‖ own receipt ‖ n uint8 ‖ n slot roots ‖ head record after its
 * length ‖ receipts of the certificate after their number.
 */
export function encodeHeldState(held: HeldState | CertifiedState): Uint8Array {
  const { state, signature } = held.signed
  const writer = new RecordWriter()
    .uint(FORMAT, 1)
    .uint64(state.volumeId)
    .uint64(state.nonce)
    .uint(state.generation, 4)
    .uint(state.sectors, 4)
    .bytes(state.root)
    .bytes(state.parent)
    .uint64(state.term)
    .bytes(state.head)
    .bytes(signature)
    .bytes(held.digest)
  writeReceipt(held.receipt, writer)
  writer
    .uint(held.slotRoots.length / HASH_BYTES, 1)
    .bytes(held.slotRoots)
    .sized(held.headRecord)
  return writer.list('receipts' in held ? held.receipts : [], writeReceipt).end()
}

/** @throws {StorgoError} `INTERNAL` for a record of another format or length. */
export function decodeHeldState(record: Uint8Array): CertifiedState {
  const reader = new RecordReader(record)
  if (reader.uint(1) !== FORMAT) throw brokenRecord('format')
  const volumeId = reader.uint64()
  const nonce = reader.uint64()
  const generation = reader.uint(4)
  const sectors = reader.uint(4)
  const root = reader.bytes(HASH_BYTES)
  const parent = reader.bytes(HASH_BYTES)
  const term = reader.uint64()
  const state: State = { volumeId, nonce, generation, sectors, root, parent, term, head: reader.bytes(HASH_BYTES) }
  const signature = reader.bytes(SIGNATURE_BYTES)
  const digest = reader.bytes(HASH_BYTES)
  const receipt = readReceipt(reader)
  const slotRoots = reader.bytes(reader.uint(1) * HASH_BYTES)
  const headRecord = reader.sized()
  const receipts = reader.list(readReceipt)
  reader.end()
  return { signed: { state, signature }, digest, slotRoots, headRecord, receipt, receipts }
}

/** The state without the empty list of receipts that the record of an uncertified one has. */
export function decodeUncertified(record: Uint8Array): HeldState {
  const { receipts: _, ...held } = decodeHeldState(record)
  return held
}

/** slot uint8 ‖ epoch uint32 ‖ term uint64 ‖ signature. */
export function writeReceipt({ slot, epoch, term, signature }: Receipt, writer: RecordWriter): void {
  writer.uint(slot, 1).uint(epoch, 4).uint64(term).bytes(signature)
}

export function readReceipt(reader: RecordReader): Receipt {
  const slot = reader.uint(1)
  const epoch = reader.uint(4) as Receipt['epoch']
  return { slot, epoch, term: reader.uint64(), signature: reader.bytes(SIGNATURE_BYTES) }
}
