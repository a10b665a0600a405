import {
  chunks,
  equalBytes,
  type FileEntry,
  fileKeyOf,
  ManifestWriter,
  openManifest,
  readManifest,
  type SealedManifest,
  seal,
  sha256,
  unseal,
} from '@storgo/protocol'
import type { Hex } from 'viem'
import { bytesToHex } from 'viem/utils'
import type { ChunkStore } from './chunk-store.ts'
import type { FileSource } from './file-source.ts'
import type { WriteSession } from './write-session.ts'

export type StoreFileOptions = {
  write: WriteSession
  store: ChunkStore
  /** Called after every chunk: a place to commit what is there so far. */
  onChunk: (plainBytes: number) => Promise<void>
  signal: AbortSignal
}

/**
 * Stores one file: its chunks, its manifest, its entry in the catalog. A file that is there already with the same path,
 * content, time and type leaves everything as it is.
 * @throws {StorgoError} `PATH_INVALID`; what reading the source and appending throw.
 */
export async function storeFile(source: FileSource, options: StoreFileOptions): Promise<void> {
  const { write, store, onChunk, signal } = options
  const { draft } = write
  const { volumeKey } = write.version.keys
  const { path, mediaType, modifiedMs } = source
  fileKeyOf(path)
  const named = new Set<Hex>()
  const keep = async (node: { sealed: Uint8Array; digest: Uint8Array }) => {
    await store.add(node, named)
  }
  const manifest = new ManifestWriter({ volumeKey, store: keep })
  for await (const plain of chunks(source.open())) {
    signal.throwIfAborted()
    const chunk = await store.addPlain(plain, named)
    await manifest.add({ ...chunk, sealedBytes: chunk.sealed.length })
    await onChunk(plain.length)
  }
  const root = await manifest.finish({ mediaType, modifiedMs })
  const before = await draft.file(path)
  if (before && (await isSame(before, root))) return
  await keep(root)
  await store.count(named, 1)
  const { digest, fileKey, size } = root
  draft.setFile(path, { digest, fileKey, size, modifiedMs, mediaType }, before)
  if (before) await releaseManifest(before, write, store)
}

/** Takes back what a file's entry held: its manifest, and the chunks that no other manifest names. */
export async function releaseManifest(file: FileEntry, { draft }: WriteSession, store: ChunkStore): Promise<void> {
  const { digest, fileKey } = file
  const named = new Set([bytesToHex(digest)])
  const entry = await draft.chunk(digest)
  // Other paths may have the same manifest; with the last of them go its chunks.
  if (entry && entry.refs > 1) return store.count(named, -1)
  const manifest = await openManifest({ digest, fileKey, sealed: await store.load(digest) })
  const load = (node: { digest: Uint8Array }) => {
    named.add(bytesToHex(node.digest))
    return store.load(node.digest)
  }
  for await (const { entry: chunk } of readManifest(manifest, { load })) named.add(bytesToHex(chunk.digest))
  await store.count(named, -1)
}

/** Whether the stored manifest has the same bytes: sealed with the stored key they must have the stored digest. */
async function isSame({ digest, fileKey }: FileEntry, root: SealedManifest): Promise<boolean> {
  const again = await seal(fileKey, await unseal(root.fileKey, root.sealed))
  return equalBytes(sha256(again), digest)
}
