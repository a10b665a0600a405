import { equalBytes, type FileEntry, fileKeyOf, fileKeysBelow, pathOfKey, StorgoError } from '@storgo/protocol'
import { awaitSpread } from './await-spread.ts'
import { ChunkStore } from './chunk-store.ts'
import { EventTurns } from './event-turns.ts'
import type { MoveOptions, MoveResult } from './file-source.ts'
import { releaseManifest } from './store-file.ts'
import type { VolumeSession } from './volume-session.ts'
import type { WriteSession } from './write-session.ts'

const PAGE_ENTRIES = 1_000
const WAIT_FOR_FULL_MS = 10_000

const never = new AbortController().signal

/** Gives files other paths, in one state and without moving a byte of them. @throws {StorgoError} see `VolumeClient.move`. */
export async function moveFiles(
  session: VolumeSession,
  from: string,
  to: string,
  { replace = false, signal = never, waitForFullMs = WAIT_FOR_FULL_MS }: MoveOptions,
): Promise<MoveResult> {
  fileKeyOf(from)
  fileKeyOf(to)
  if (from === to || to.startsWith(`${from}/`))
    throw new StorgoError('REQUEST_INVALID', `‘${from}’ cannot be moved into itself`, { from, to })
  /** What earlier runs of this call took away: another writer may have completed the state in which they did. */
  const found = new Map<string, FileEntry>()
  const written = await session.toWrite(signal, async (write) => {
    const { draft } = write
    const store = new ChunkStore(write, signal)
    const turns = new EventTurns()
    const done = { files: 0, plainBytes: 0, replaced: 0 }
    const taken: [path: string, entry: FileEntry][] = []
    for (const path of new Set([...found.keys(), ...(await pathsAt(from, write))])) {
      signal.throwIfAborted()
      await turns.take()
      const entry = await draft.file(path)
      if (!entry) continue
      taken.push([path, entry])
      draft.setFile(path, undefined, entry)
    }
    const gone = new Map(found)
    // All are taken away before the first is put back: a target may be another's old path.
    for (const [path, entry] of taken) {
      await turns.take()
      gone.delete(path)
      found.set(path, entry)
      const target = to + path.slice(from.length)
      const there = await draft.file(target)
      if (there && !replace)
        throw new StorgoError('FILE_EXISTS', `the volume has a file ‘${target}’ already`, { path: target })
      if (there) await releaseManifest(there, write, store)
      if (there) done.replaced++
      draft.setFile(target, entry, there)
      count(done, entry)
    }
    for (const [path, entry] of gone) {
      const there = await draft.file(to + path.slice(from.length))
      if (there && equalBytes(there.digest, entry.digest)) count(done, entry)
    }
    if (done.files === 0)
      throw new StorgoError('FILE_NOT_FOUND', `the volume has no file or folder ‘${from}’`, { path: from })
    return done
  })
  const { committed, nonce, slots, value } = written
  const n = (await session.record(signal)).links.length
  const spread = committed
    ? await awaitSpread(committed, { n, waitMs: waitForFullMs, signal })
    : { nonce, receipts: slots, full: slots === n }
  return { ...value, ...spread }
}

function count(done: { files: number; plainBytes: number }, { size }: FileEntry): void {
  done.files++
  done.plainBytes += size
}

/** The file of that path, and all below it as a folder. */
async function pathsAt(from: string, { draft, version }: WriteSession): Promise<string[]> {
  const paths = (await draft.file(from)) ? [from] : []
  const prefix = fileKeysBelow(`${from}/`)
  let after: Uint8Array | undefined
  do {
    const page = await version.catalog.scan({ prefix, limit: PAGE_ENTRIES, ...(after && { after }) })
    for (const { key } of page.entries) paths.push(pathOfKey(key))
    after = page.next
  } while (after)
  return paths
}
