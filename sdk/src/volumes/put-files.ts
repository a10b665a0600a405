import { StorgoError } from '@storgo/protocol'
import { awaitSpread, type Spread } from './await-spread.ts'
import { ChunkStore } from './chunk-store.ts'
import { EventTurns } from './event-turns.ts'
import type { FileSource, PutOptions, PutPhase, PutResult, RemoveResult } from './file-source.ts'
import type { Committed } from './slot-fleet.ts'
import { releaseManifest, storeFile } from './store-file.ts'
import type { VolumeSession } from './volume-session.ts'
import type { WriteSession } from './write-session.ts'

/** A state is made at the latest after so many bytes of log, with room for the catalog's nodes below 256 MiB. */
const COMMIT_BYTES = 240 << 20
/** … or so many changed entries of the catalog, which are held in memory. */
const COMMIT_CHANGES = 50_000
const WAIT_FOR_FULL_MS = 10_000

const never = new AbortController().signal

/** Stores files in one batch. @throws {StorgoError} see `VolumeClient.put`. */
export function putFiles(
  session: VolumeSession,
  files: AsyncIterable<FileSource> | Iterable<FileSource>,
  { onProgress = () => {}, signal = never, waitForFullMs }: PutOptions,
): Promise<PutResult> {
  const done = { files: 0, plainBytes: 0 }
  const totalBytes = totalOf(files)
  const report = (phase: PutPhase) => onProgress({ phase, ...done, ...(totalBytes !== undefined && { totalBytes }) })
  return session.toWrite(signal, async (write) => {
    const { draft, writer } = write
    const store = new ChunkStore(write, signal)
    const startTail = writer.log.tail
    let committed: Committed | undefined
    const commit = async () => {
      report('committing')
      committed = await write.commit()
    }
    const turns = new EventTurns()
    const onChunk = async (plainBytes: number) => {
      await turns.take()
      done.plainBytes += plainBytes
      report('storing')
      if (writer.pendingBytes >= COMMIT_BYTES || draft.changes >= COMMIT_CHANGES) await commit()
    }
    for await (const file of files) {
      await storeFile(file, { write, store, onChunk, signal })
      done.files++
      report('storing')
      await turns.take()
    }
    if (draft.changes > 0) await commit()
    report('spreading')
    const spread = await spreadOf(write, committed, { waitForFullMs, signal })
    report('done')
    return { ...done, storedBytes: writer.log.tail - startTail, dedupedBytes: store.dedupedBytes, ...spread }
  })
}

/** Takes files out of the catalog. @throws {StorgoError} see `VolumeClient.remove`. */
export function removeFiles(
  session: VolumeSession,
  paths: Iterable<string>,
  { onProgress = () => {}, signal = never, waitForFullMs }: PutOptions,
): Promise<RemoveResult> {
  return session.toWrite(signal, async (write) => {
    const { draft } = write
    const store = new ChunkStore(write, signal)
    const done = { files: 0, plainBytes: 0 }
    const turns = new EventTurns()
    for (const path of new Set(paths)) {
      signal.throwIfAborted()
      await turns.take()
      const entry = await draft.file(path)
      if (!entry) throw new StorgoError('FILE_NOT_FOUND', `the volume has no file ‘${path}’`, { path })
      await releaseManifest(entry, write, store)
      draft.setFile(path, undefined, entry)
      done.files++
      done.plainBytes += entry.size
    }
    onProgress({ phase: 'committing', ...done })
    const committed = draft.changes > 0 ? await write.commit() : undefined
    const spread = await spreadOf(write, committed, { waitForFullMs, signal })
    onProgress({ phase: 'done', ...done })
    return { ...done, ...spread }
  })
}

async function spreadOf(
  { version, holders }: WriteSession,
  committed: Committed | undefined,
  { waitForFullMs, signal }: { waitForFullMs: number | undefined; signal: AbortSignal },
): Promise<Spread> {
  const n = version.record.links.length
  if (committed) return awaitSpread(committed, { n, waitMs: waitForFullMs ?? WAIT_FOR_FULL_MS, signal })
  return { nonce: version.certificate?.signed.state.nonce ?? 0n, receipts: holders, full: holders === n }
}

/** Sum of the sizes when all are known beforehand. */
function totalOf(files: AsyncIterable<FileSource> | Iterable<FileSource>): number | undefined {
  if (!Array.isArray(files)) return undefined
  const sizes = files.map(({ size }: FileSource) => size)
  return sizes.includes(undefined) ? undefined : sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
}
