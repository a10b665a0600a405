import {
  type Catalog,
  chunkKeyOf,
  decodeChunkEntry,
  decodeFileEntry,
  type Extent,
  equalBytes,
  type FileEntry,
  fileKeyOf,
  openManifest,
  readManifest,
  StorgoError,
  sha256,
} from '@storgo/protocol'
import type { Hex } from 'viem'
import { bytesToHex } from 'viem/utils'
import { ChunkStore } from './chunk-store.ts'
import { cidText } from './cid-text.ts'
import { isGone, type PastVersion, pastVersions } from './history.ts'
import { extentOf } from './live-bytes.ts'
import { releaseManifest } from './store-file.ts'
import type { VolumeSession } from './volume-session.ts'
import type { RestoreOptions, RestoreResult } from './volume-space.ts'
import type { WriteSession } from './write-session.ts'

/** A state is made at the latest after so many bytes. */
const CHECKPOINT_BYTES = 64 << 20

const never = new AbortController().signal

/** A file as an old version of the catalog has it. */
type PastFile = { past: PastVersion; catalog: Catalog; entry: FileEntry }

/**
 * Puts a file back as it was in a state that the slots still remember. What of it was freed is copied to where the log goes on;
 * what still lies somewhere is entered again.
 * @throws {StorgoError} see `VolumeClient.restore`.
 */
export async function restoreFile(
  session: VolumeSession,
  path: string,
  { nonce, signal = never }: RestoreOptions,
): Promise<RestoreResult> {
  const key = fileKeyOf(path)
  const { value, nonce: now } = await session.toWrite(signal, async (write) => {
    const states = await pastVersions(write.version, signal)
    const wanted = nonce === undefined ? states : states.filter((state) => state.nonce === nonce)
    if (wanted.length === 0) {
      throw new StorgoError('FILE_NOT_FOUND', `the slots do not remember state ${nonce} of the volume`, { path })
    }
    const before = await write.draft.file(path)
    const found = await findPast(key, wanted, write, before)
    if (!found) {
      const message = `no state that the slots remember has another ‘${path}’ than there is now, or what it was has been overwritten`
      throw new StorgoError('FILE_NOT_FOUND', message, { path })
    }
    const { entry, past } = found
    const copiedBytes = await reenter(found, write, signal)
    write.draft.setFile(path, entry, before)
    if (before) await releaseManifest(before, write, new ChunkStore(write, signal))
    return { nonce: past.nonce, copiedBytes, size: entry.size, cid: cidText(entry.digest) }
  })
  const { nonce: from, ...restored } = value
  return { path, ...restored, from, nonce: now }
}

/** The newest of `states` that has another file at the path than there is now. */
async function findPast(
  key: Uint8Array,
  states: readonly PastVersion[],
  { version }: WriteSession,
  before: FileEntry | undefined,
): Promise<PastFile | undefined> {
  for (const past of states) {
    const catalog = version.catalog.at(past.head.root)
    try {
      const value = await catalog.get(key)
      if (value === undefined) continue
      const entry = decodeFileEntry(value)
      if (!before || !equalBytes(before.digest, entry.digest)) return { past, catalog, entry }
    } catch (error) {
      // Older states are gone just as well, but not all in the same places.
      if (!isGone(error)) throw error
    }
  }
  return undefined
}

/** Makes the catalog name all chunks of an old file once more. @returns sealed bytes that had to be copied. */
async function reenter({ catalog, entry }: PastFile, write: WriteSession, signal: AbortSignal): Promise<number> {
  const { draft, writer } = write
  const store = new ChunkStore(write, signal)
  const named = new Set<Hex>()
  let copiedBytes = 0
  const load = async (digest: Uint8Array): Promise<Uint8Array> => {
    signal.throwIfAborted()
    named.add(bytesToHex(digest))
    if (await draft.chunk(digest)) return store.load(digest)
    const { sealed, extent } = await loadPast(catalog, digest, write, signal)
    const keeps = writer.log.keeps(extent)
    const { offset, length } = keeps ? extent : await writer.append(sealed)
    if (!keeps) copiedBytes += length
    const sinceSeconds = Math.floor(Date.now() / 1000)
    draft.setChunk(digest, { offset, sealedBytes: length, refs: 0, sinceSeconds })
    return sealed
  }
  const { digest, fileKey } = entry
  const manifest = await openManifest({ digest, fileKey, sealed: await load(digest) })
  for await (const { entry: chunk } of readManifest(manifest, { load: (node) => load(node.digest) })) {
    if (await draft.chunk(chunk.digest)) named.add(bytesToHex(chunk.digest))
    else await load(chunk.digest)
    if (writer.pendingBytes >= CHECKPOINT_BYTES) await write.commit()
  }
  await store.count(named, 1)
  return copiedBytes
}

/** A chunk where an old catalog says it is. @throws {StorgoError} `FILE_NOT_FOUND` if something else is there now. */
async function loadPast(
  catalog: Catalog,
  digest: Uint8Array,
  { read }: WriteSession,
  signal: AbortSignal,
): Promise<{ sealed: Uint8Array; extent: Extent }> {
  const gone = () => new StorgoError('FILE_NOT_FOUND', 'a part of what the file was has been overwritten since')
  const value = await catalog.get(chunkKeyOf(digest)).catch((error: unknown) => {
    throw isGone(error) ? gone() : error
  })
  if (value === undefined) throw gone()
  const extent = extentOf(decodeChunkEntry(value))
  const [sealed] = await read([extent], signal)
  if (!sealed || !equalBytes(sha256(sealed), digest)) throw gone()
  return { sealed, extent }
}
