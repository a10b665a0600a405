import {
  type Catalog,
  chunkKeyOf,
  decodeChunkEntry,
  decodeFileEntry,
  type Extent,
  type FileEntry,
  fileKeyOf,
  type ManifestEntry,
  openChunk,
  openManifest,
  type PlacedChunk,
  readManifest,
  StorgoError,
} from '@storgo/protocol'
import { ChunkRooms } from './chunk-rooms.ts'
import type { GetOptions } from './file-source.ts'
import { mapAhead } from './map-ahead.ts'
import type { Reading } from './version.ts'
import type { VolumeSession } from './volume-session.ts'

/** Plain bytes fetched together, less at first, and how many such batches are on their way: about 6 MiB in all. */
const FIRST_BATCH_BYTES = 1 << 20
const BATCH_BYTES = 2 << 20
const BATCHES_AHEAD = 3
/** Most chunks of a batch; small chunks are many. */
const BATCH_CHUNKS = 256

/**
 * A file's plain bytes, or `length` of them from `offset`, verified against a certified state and by their CIDs.
 * @throws {StorgoError} `FILE_NOT_FOUND`, `NOT_ENOUGH_SLOTS`, `REQUEST_INVALID` for a range that is none.
 */
export async function* getFile(
  session: VolumeSession,
  path: string,
  { offset = 0, length = Number.MAX_SAFE_INTEGER, signal = new AbortController().signal }: GetOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!Number.isSafeInteger(offset) || offset < 0 || !Number.isSafeInteger(length) || length < 0) {
    throw new StorgoError('REQUEST_INVALID', 'a range has a start and a length', { offset, length })
  }
  const fetcher = new ChunkFetcher(session, signal)
  const { digest, fileKey, size } = await fetcher.fileAt(path)
  const end = Math.min(size, offset + length)
  if (offset >= end) return
  const [sealed] = await fetcher.sealed([digest])
  const manifest = await openManifest({ digest, fileKey, sealed: sealed as Uint8Array })
  const load = async (node: ManifestEntry) => (await fetcher.sealed([node.digest]))[0] as Uint8Array
  const placed = readManifest(manifest, { load, from: offset })
  for await (const batch of mapAhead(batches(placed, end), BATCHES_AHEAD, (chunks) => fetcher.open(chunks))) {
    for (const { plain, at } of batch) yield plain.subarray(Math.max(0, offset - at), Math.min(plain.length, end - at))
  }
}

/** Neighbouring chunks up to the byte `end` of the file, a few together. */
async function* batches(
  placed: AsyncIterable<PlacedChunk>,
  end: number,
): AsyncGenerator<PlacedChunk[], void, undefined> {
  let batch: PlacedChunk[] = []
  let bytes = 0
  let enough = FIRST_BATCH_BYTES
  for await (const chunk of placed) {
    if (chunk.offset >= end) break
    batch.push(chunk)
    bytes += chunk.entry.plainBytes
    if (bytes < enough && batch.length < BATCH_CHUNKS) continue
    yield batch
    enough = Math.min(2 * enough, BATCH_BYTES)
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

/** Finds chunks in the catalog and reads them. */
class ChunkFetcher {
  readonly #reading: Reading
  readonly #signal: AbortSignal
  readonly #rooms = new ChunkRooms()

  constructor(session: VolumeSession, signal: AbortSignal) {
    this.#reading = session.reading(signal)
    this.#signal = signal
  }

  async fileAt(path: string): Promise<FileEntry> {
    const value = await this.#reading(({ catalog }) => catalog.get(fileKeyOf(path)))
    if (value === undefined) throw new StorgoError('FILE_NOT_FOUND', `the volume has no file ‘${path}’`, { path })
    return decodeFileEntry(value)
  }

  /** The plain bytes of chunks, and where in the file they begin. */
  async open(placed: readonly PlacedChunk[]): Promise<{ plain: Uint8Array; at: number }[]> {
    const taken: Uint8Array[] = []
    const room = (bytes: number) => {
      const one = this.#rooms.take(bytes)
      taken.push(one)
      return one
    }
    const sealed = await this.sealed(
      placed.map(({ entry }) => entry.digest),
      room,
    )
    const opened = await Promise.all(
      placed.map(async ({ entry, offset }, i) => ({
        plain: await openChunk({ ...entry, sealed: sealed[i] as Uint8Array }),
        at: offset,
      })),
    )
    for (const one of taken) this.#rooms.give(one)
    return opened
  }

  /** The sealed bytes of the chunks with these digests. */
  sealed(digests: readonly Uint8Array[], room?: (bytes: number) => Uint8Array): Promise<Uint8Array[]> {
    return this.#reading(async ({ catalog, reader }) => {
      const extents = await Promise.all(digests.map((digest) => extentOf(catalog, digest)))
      if (!reader) throw new StorgoError('CATALOG_CORRUPT', 'an empty volume has no chunks')
      return reader.read(extents, this.#signal, room)
    })
  }
}

async function extentOf(catalog: Catalog, digest: Uint8Array): Promise<Extent> {
  const value = await catalog.get(chunkKeyOf(digest))
  if (value === undefined) throw new StorgoError('CATALOG_CORRUPT', 'the catalog lacks a chunk that a manifest names')
  const { offset, sealedBytes } = decodeChunkEntry(value)
  return { offset, length: sealedBytes }
}
