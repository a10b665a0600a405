import { SECTOR_BYTES, StorgoError } from '@storgo/protocol'
import { awaitSpread, type Spread } from './await-spread.ts'
import { ChunkStore } from './chunk-store.ts'
import { freeDead } from './compact-volume.ts'
import { EventTurns } from './event-turns.ts'
import { FileQueue } from './file-queue.ts'
import type { FileSource, PutOptions, PutPhase, PutResult, RemoveResult } from './file-source.ts'
import { releaseManifest, storeFile } from './store-file.ts'
import type { VolumeSession } from './volume-session.ts'
import type { WriteSession, Written } from './write-session.ts'

/** A state is made at the latest after so many bytes of log: what is stored then is found again by a put that resumes. */
const CHECKPOINT_BYTES = 64 << 20
/** A state has at most so much new log, so that slots need not stage more. */
const MOST_CHECKPOINT_BYTES = 240 << 20
/** … or so many changed entries of the catalog, which are held in memory. */
const COMMIT_CHANGES = 50_000
const WAIT_FOR_FULL_MS = 10_000
/** About what a file of one chunk takes in the catalog. */
const ENTRY_BYTES = 400

const never = new AbortController().signal

/** Stores files in one batch. @throws {StorgoError} see `VolumeClient.put`. */
export async function putFiles(
  session: VolumeSession,
  files: AsyncIterable<FileSource> | Iterable<FileSource>,
  { onProgress = () => {}, signal = never, waitForFullMs, checkpointBytes = CHECKPOINT_BYTES }: PutOptions,
): Promise<PutResult> {
  if (!(checkpointBytes >= 1 && checkpointBytes <= MOST_CHECKPOINT_BYTES)) {
    throw new StorgoError('REQUEST_INVALID', `a checkpoint is made after 1 to ${MOST_CHECKPOINT_BYTES} bytes`, {
      checkpointBytes,
    })
  }
  const totalBytes = totalOf(files)
  const queue = new FileQueue(files)
  const done = { files: 0, plainBytes: 0, storedBytes: 0, dedupedBytes: 0, resumedBytes: 0 }
  /** What `done` was when the last state was made; where the put goes on if it has to begin again. */
  let certified = { ...done }
  let changed = false
  const report = (phase: PutPhase) => {
    const { files, plainBytes } = done
    onProgress({ phase, files, plainBytes, ...(totalBytes !== undefined && { totalBytes }) })
  }
  const store = async (write: WriteSession) => {
    queue.rewind()
    Object.assign(done, certified)
    const { draft, writer } = write
    const chunks = new ChunkStore(write, signal)
    const base = {
      stored: done.storedBytes - writer.appendedBytes,
      deduped: done.dedupedBytes,
      resumed: done.resumedBytes,
    }
    const turns = new EventTurns()
    let finishedPlainBytes = done.plainBytes
    const count = () => {
      done.storedBytes = base.stored + writer.appendedBytes
      done.dedupedBytes = base.deduped + chunks.dedupedBytes
      done.resumedBytes = base.resumed + chunks.resumedBytes
    }
    const onChunk = async (plainBytes: number) => {
      await turns.take()
      done.plainBytes += plainBytes
      report('storing')
      if (writer.pendingBytes < checkpointBytes && draft.changes < COMMIT_CHANGES) return
      report('committing')
      await write.commit()
      count()
      queue.certified(1)
      certified = { ...done, plainBytes: finishedPlainBytes }
    }
    for (let file = await queue.next(); file; file = await queue.next()) {
      await storeFile(file, { write, store: chunks, onChunk, signal })
      done.files++
      finishedPlainBytes = done.plainBytes
      report('storing')
      await turns.take()
    }
    count()
    changed = draft.changes > 0
    if (changed) report('committing')
  }
  try {
    const written = await session.toWrite(signal, store)
    report('accepted')
    const spread = await spreadOf(session, written, { waitForFullMs, signal })
    if (changed) done.storedBytes += written.committed?.catalogBytes ?? 0
    if (spread.full) report('full')
    report('done')
    return { ...done, ...spread }
  } finally {
    await queue.end()
  }
}

/** Takes files out of the catalog. @throws {StorgoError} see `VolumeClient.remove`. */
export async function removeFiles(
  session: VolumeSession,
  paths: Iterable<string>,
  { onProgress = () => {}, signal = never, waitForFullMs }: PutOptions,
): Promise<RemoveResult> {
  const wanted = new Set(paths)
  /** Sizes of what an earlier run found: another writer may have completed the state that took it out. */
  const found = new Map<string, number>()
  const written = await session.toWrite(signal, async (write) => {
    const { draft, version, writer } = write
    writer.log.useReserve()
    const store = new ChunkStore(write, signal)
    const done = { files: 0, plainBytes: 0 }
    const turns = new EventTurns()
    for (const path of wanted) {
      signal.throwIfAborted()
      await turns.take()
      const entry = await draft.file(path)
      if (entry) {
        found.set(path, entry.size)
        await releaseManifest(entry, write, store)
        draft.setFile(path, undefined, entry)
      }
      const size = found.get(path)
      if (size === undefined) throw new StorgoError('FILE_NOT_FOUND', `the volume has no file ‘${path}’`, { path })
      done.files++
      done.plainBytes += size
    }
    onProgress({ phase: 'committing', ...done })
    const isMuch = isWorthFreeing(store.droppedBytes, version)
    return { done, isMuch }
  })
  const { done, isMuch } = written.value
  onProgress({ phase: 'accepted', ...done })
  const spread = await spreadOf(session, written, { waitForFullMs, signal })
  // The files are gone; that their room was not freed is made up for by the next call.
  if (isMuch) await freeDead(session, signal).catch(() => signal.throwIfAborted())
  onProgress({ phase: 'done', ...done })
  return { ...done, ...spread }
}

/** Whether a walk over the whole catalog is little beside what it may free. */
function isWorthFreeing(droppedBytes: number, { record, head }: WriteSession['version']): boolean {
  return droppedBytes >= record.k * SECTOR_BYTES && droppedBytes >= head.files * ENTRY_BYTES
}

async function spreadOf(
  session: VolumeSession,
  { committed, nonce, slots }: Written<unknown>,
  { waitForFullMs, signal }: { waitForFullMs: number | undefined; signal: AbortSignal },
): Promise<Spread> {
  const n = (await session.record(signal)).links.length
  if (committed) return awaitSpread(committed, { n, waitMs: waitForFullMs ?? WAIT_FOR_FULL_MS, signal })
  return { nonce, receipts: slots, full: slots === n }
}

/** Sum of the sizes when all are known beforehand. */
function totalOf(files: AsyncIterable<FileSource> | Iterable<FileSource>): number | undefined {
  if (!Array.isArray(files)) return undefined
  const sizes = files.map(({ size }: FileSource) => size)
  return sizes.includes(undefined) ? undefined : sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
}
