import { type Epoch, type FreedRun, HASH_BYTES, type SectorRun } from '@storgo/protocol'
import { decodeHeldState, decodeUncertified, encodeHeldState, readReceipt, writeReceipt } from './held-state-codec.ts'
import { brokenRecord, RecordReader, RecordWriter } from './record-bytes.ts'
import type { Promised, SlotRef } from './slot-store.ts'
import type { RecordedSector, StoreRecord } from './store-record.ts'

/** First byte of a record. Numbers are permanent: a new kind takes the next one. */
const KINDS = ['meta', 'promise', 'commit', 'accept', 'certify', 'adopt', 'place', 'release', 'drop'] as const
const PEN_BYTES = 16

/** A record of the journal: kind uint8 and the fields of {@link StoreRecord} in the order below. */
export function encodeStoreRecord(record: StoreRecord): Uint8Array {
  const writer = new RecordWriter().uint(KINDS.indexOf(record.kind), 1)
  if (record.kind === 'meta') return writer.sized(Buffer.from(record.name)).sized(record.value).end()
  writer.uint64(record.ref.volumeId).uint(record.ref.slot, 1)
  switch (record.kind) {
    case 'promise':
      writePromised(record.promised, writer)
      break
    case 'commit':
      writer.sized(encodeHeldState(record.next)).uint(record.certifies === undefined ? 0 : 1, 1)
      writer.list(record.certifies ?? [], writeReceipt)
      writePromised(record.promised, writer)
      writeSectors(record.staged, writer)
      writer.list(record.freed, writeRun).list(record.reused, (stripe) => writer.uint(stripe, 4))
      writer.uint(record.epoch, 4).uint(record.keepSince, 4)
      break
    case 'accept':
      writeReceipt(record.receipt, writer)
      writePromised(record.promised, writer)
      break
    case 'certify':
      writer.list(record.receipts, writeReceipt).uint(record.epoch, 4).uint(record.keepSince, 4)
      break
    case 'adopt':
      writer.sized(encodeHeldState(record.next)).uint(record.base === 'latest' ? 1 : 0, 1)
      writeSectors(record.staged, writer)
      writer.list(record.freed, writeFreed).uint(record.epoch, 4).uint(record.keepSince, 4)
      break
    case 'place':
      writer.uint(record.sector, 4).bytes(record.root).uint(record.cell, 4).uint(record.key, 1)
      break
    case 'release':
      writer.uint64(record.nonce)
  }
  return writer.end()
}

/** @throws {StorgoError} `INTERNAL` for anything that {@link encodeStoreRecord} does not write. */
export function decodeStoreRecord(bytes: Uint8Array): StoreRecord {
  const reader = new RecordReader(bytes)
  const record = readRecord(reader)
  reader.end()
  return record
}

function readRecord(reader: RecordReader): StoreRecord {
  const kind = KINDS[reader.uint(1)]
  if (kind === 'meta') return { kind, name: Buffer.from(reader.sized()).toString(), value: reader.sized() }
  const ref: SlotRef = { volumeId: reader.uint64(), slot: reader.uint(1) }
  switch (kind) {
    case 'promise':
      return { kind, ref, promised: readPromised(reader) }
    case 'commit': {
      const next = decodeUncertified(reader.sized())
      const certifying = reader.uint(1) === 1
      const receipts = reader.list(readReceipt)
      const promised = readPromised(reader)
      const staged = readSectors(reader)
      const freed = reader.list(readRun)
      const reused = reader.list(() => reader.uint(4))
      const fields = { kind, ref, next, promised, staged, freed, reused, ...readEpochs(reader) }
      return certifying ? { ...fields, certifies: receipts } : fields
    }
    case 'accept':
      return { kind, ref, receipt: readReceipt(reader), promised: readPromised(reader) }
    case 'certify':
      return { kind, ref, receipts: reader.list(readReceipt), ...readEpochs(reader) }
    case 'adopt': {
      const next = decodeHeldState(reader.sized())
      const base = reader.uint(1) === 1 ? 'latest' : 'certified'
      const staged = readSectors(reader)
      return { kind, ref, next, base, staged, freed: reader.list(readFreed), ...readEpochs(reader) }
    }
    case 'place': {
      const sector = reader.uint(4)
      const root = reader.bytes(HASH_BYTES)
      return { kind, ref, sector, root, cell: reader.uint(4), key: reader.uint(1) }
    }
    case 'release':
      return { kind, ref, nonce: reader.uint64() }
    case 'drop':
      return { kind, ref }
  }
  throw brokenRecord('kind')
}

/** term uint64 ‖ pen. */
export function writePromised({ term, pen }: Promised, writer: RecordWriter): void {
  writer.uint64(term).bytes(pen)
}

export function readPromised(reader: RecordReader): Promised {
  return { term: reader.uint64(), pen: reader.bytes(PEN_BYTES) }
}

/** sector uint32 ‖ root ‖ flags uint8 (1 over the base, 2 with a patch) ‖ cell uint32 ‖ key uint8 ‖ patch. */
function writeSectors(staged: ReadonlyMap<number, RecordedSector>, writer: RecordWriter): void {
  writer.list([...staged], ([sector, { root, under, added }]) => {
    const { cell, key } = under === 'base' ? { cell: 0, key: 0 } : under
    const flags = (under === 'base' ? 1 : 0) | (added === undefined ? 0 : 2)
    writer.uint(sector, 4).bytes(root).uint(flags, 1).uint(cell, 4).uint(key, 1)
    if (added !== undefined) writer.uint(added.patch, 6).uint(added.plainBytes, 4).sized(added.sealed)
  })
}

function readSectors(reader: RecordReader): Map<number, RecordedSector> {
  return new Map(
    reader.list((): [number, RecordedSector] => {
      const sector = reader.uint(4)
      const root = reader.bytes(HASH_BYTES)
      const flags = reader.uint(1)
      const place = { cell: reader.uint(4), key: reader.uint(1) }
      const under = (flags & 1) === 1 ? 'base' : place
      if ((flags & 2) === 0) return [sector, { root, under }]
      const added = { patch: reader.uint(6), plainBytes: reader.uint(4), sealed: reader.sized() }
      return [sector, { root, under, added }]
    }),
  )
}

function readEpochs(reader: RecordReader): { epoch: Epoch; keepSince: Epoch } {
  return { epoch: reader.uint(4) as Epoch, keepSince: reader.uint(4) as Epoch }
}

function writeRun({ first, count }: SectorRun, writer: RecordWriter): void {
  writer.uint(first, 4).uint(count, 4)
}

function readRun(reader: RecordReader): SectorRun {
  return { first: reader.uint(4), count: reader.uint(4) }
}

function writeFreed(run: FreedRun, writer: RecordWriter): void {
  writeRun(run, writer)
  writer.uint(run.epoch, 4).uint64(run.nonce)
}

function readFreed(reader: RecordReader): FreedRun {
  return { ...readRun(reader), epoch: reader.uint(4) as Epoch, nonce: reader.uint64() }
}
