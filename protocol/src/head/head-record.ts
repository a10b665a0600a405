import { openAesGcm, randomBytes, sealAesGcm, sha256 } from '#platform'
import { type Ref, refOfCbor, refToCbor } from '../catalog/node.ts'
import { asBytes, asInteger, asList, type ShapeProblem } from '../cbor/cbor-shape.ts'
import { type CborValue, encodeCbor, readCbor } from '../cbor/plain-cbor.ts'
import { StorgoError } from '../errors.ts'
import type { Envelope } from '../keys/master-key.ts'
import type { Extent } from '../log/extent.ts'
import { areRisingRuns, type SectorRun } from '../log/sector-runs.ts'
import { SEAL_OVERHEAD_BYTES } from '../sealing/seal.ts'
import { HEAD_MAX_BYTES, MAX_SECTORS } from '../units.ts'

/**
 * What a volume's head record says: `tail`, the log's length in bytes; `root` of the catalog, null while it is empty;
 * how many `files` and `plainBytes` the catalog lists; the owner's sealed master key; the share table's extent, if any; the stripes
 * that this state `freed`, in rising order, at most {@link MAX_FREED_RUNS_OF_HEAD} runs.
 */
export type Head = {
  tail: number
  root: Ref | null
  files: number
  plainBytes: number
  envelopes: readonly Envelope[]
  shares: Extent | null
  freed: readonly SectorRun[]
}

/** Most runs of stripes that one state frees. */
export const MAX_FREED_RUNS_OF_HEAD = 128
const VERSION = 1
const NONCE_BYTES = 12
const SALT_BYTES = 32
const ENVELOPE_SEALED_BYTES = 48
const problem: ShapeProblem = { code: 'HEAD_INVALID', what: 'head record' }

/**
 * Seals a head record under a nonce of its own: the same head gives another record every time.
 *
 * @throws {StorgoError} `HEAD_INVALID` if it has more than `HEAD_MAX_BYTES`, or {@link decodeHead} would refuse it.
 */
export async function encodeHead(
  head: Omit<Head, 'shares' | 'freed'> & {
    headKey: Uint8Array
    shares?: Extent | null
    freed?: readonly SectorRun[]
  },
): Promise<Uint8Array> {
  const { headKey, shares = null, freed = [], ...rest } = head
  return sealHead({ ...rest, shares, freed }, headKey, randomBytes(NONCE_BYTES))
}

/** @param nonce 12 bytes that this key has not met. */
export async function sealHead(head: Head, headKey: Uint8Array, nonce: Uint8Array): Promise<Uint8Array> {
  const { tail, root, files, plainBytes, envelopes, shares, freed } = head
  const plain = encodeCbor([tail, root && refToCbor(root), files, plainBytes])
  readCbor(plain, problem, sealedPartOf)
  const record = encodeCbor([
    VERSION,
    nonce,
    await sealAesGcm(headKey, nonce, plain),
    envelopes.map(({ kind, salt, nonce, sealed }) => [kind, salt, nonce, sealed]),
    shares && [shares.offset, shares.length],
    ...(freed.length > 0 ? [freed.map(({ first, count }) => [first, count])] : []),
  ])
  readRecord(record)
  return record
}

/** @throws {StorgoError} `HEAD_INVALID` for anything but a head record that this key sealed. */
export async function decodeHead(record: Uint8Array, headKey: Uint8Array): Promise<Head> {
  const { nonce, sealed, envelopes, shares, freed } = readRecord(record)
  const plain = await open(headKey, nonce, sealed)
  return { ...readCbor(plain, problem, sealedPartOf), envelopes, shares, freed }
}

/** The envelopes of a head record, which need no key. @throws {StorgoError} `HEAD_INVALID`. */
export function readEnvelopes(record: Uint8Array): Envelope[] {
  return readRecord(record).envelopes
}

/** The stripes that the record's state freed, which need no key. @throws {StorgoError} `HEAD_INVALID`. */
export function readFreed(record: Uint8Array): SectorRun[] {
  return readRecord(record).freed
}

/** What a state's `head` must be: SHA-256 of the record, 32 bytes. */
export function headHash(record: Uint8Array): Uint8Array {
  return sha256(record)
}

type OpenRecord = {
  nonce: Uint8Array
  sealed: Uint8Array
  envelopes: Envelope[]
  shares: Extent | null
  freed: SectorRun[]
}

function readRecord(record: Uint8Array): OpenRecord {
  if (record.length > HEAD_MAX_BYTES) {
    throw new StorgoError('HEAD_INVALID', 'the head record is too large', { bytes: record.length })
  }
  return readCbor(record, problem, (value) => {
    const fields = asList(value)
    const [version, nonce, sealed, envelopes, shares, freed] = asList(value, fields.length === 6 ? 6 : 5)
    asInteger(version, VERSION, VERSION)
    return {
      nonce: asBytes(nonce, NONCE_BYTES),
      sealed: asBytes(sealed, SEAL_OVERHEAD_BYTES, HEAD_MAX_BYTES),
      envelopes: asList(envelopes).map(envelopeOf),
      shares: shares === null ? null : extentOf(shares),
      freed: freed === undefined ? [] : freedOf(freed),
    }
  })
}

function sealedPartOf(value: CborValue): Omit<Head, 'envelopes' | 'shares' | 'freed'> {
  const [tail, root, files, plainBytes] = asList(value, 4)
  return {
    tail: asInteger(tail),
    root: root === null ? null : refOfCbor(root),
    files: asInteger(files),
    plainBytes: asInteger(plainBytes),
  }
}

function envelopeOf(value: CborValue): Envelope {
  const [kind, salt, nonce, sealed] = asList(value, 4)
  return {
    kind: asInteger(kind, 0, 1) === 0 ? 0 : 1,
    salt: asBytes(salt, SALT_BYTES),
    nonce: asBytes(nonce, NONCE_BYTES),
    sealed: asBytes(sealed, ENVELOPE_SEALED_BYTES),
  }
}

function freedOf(value: CborValue): SectorRun[] {
  const items = asList(value)
  // A state that frees nothing leaves the list out, so that it has one form only.
  asInteger(items.length, 1, MAX_FREED_RUNS_OF_HEAD)
  const runs = items.map((item) => {
    const [first, count] = asList(item, 2)
    return { first: asInteger(first), count: asInteger(count) }
  })
  if (!areRisingRuns(runs, MAX_SECTORS)) throw new RangeError('not rising runs of stripes')
  return runs
}

function extentOf(value: CborValue | undefined): Extent {
  const [offset, length] = asList(value, 2)
  return { offset: asInteger(offset), length: asInteger(length, 0, 2 ** 32 - 1) }
}

async function open(headKey: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
  try {
    return await openAesGcm(headKey, nonce, sealed)
  } catch (cause) {
    throw new StorgoError('HEAD_INVALID', 'the head record does not open with this key', {}, { cause })
  }
}
