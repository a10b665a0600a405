import type { SlotCheck, SlotCheckOptions } from './slot-check.ts'
import type { CompactOptions, CompactResult, PastState, RestoreOptions, RestoreResult } from './volume-space.ts'

/** One file to store. `open` is called when the file's turn comes, and again if another writer came between. */
export type FileSource = {
  /** UTF-8 path inside the volume, 1 … 4 096 bytes, components divided by `/`. */
  path: string
  /** Plain bytes, where known beforehand: lets an unchanged file be told from a changed one, and progress have a total. */
  size?: number
  /** Unix milliseconds. */
  modifiedMs: number
  /** At most 255 bytes. */
  mediaType: string
  /** Its bytes, in parts of any size. A part is looked at only until the next is asked for, so one buffer may do for all. */
  open(): AsyncIterable<Uint8Array>
}

/** A file as the catalog lists it. */
export type FileInfo = {
  path: string
  /** The file's address: CIDv1 (raw, sha2-256) of its sealed manifest root, as text. */
  cid: string
  size: number
  modifiedMs: number
  mediaType: string
}

/**
 * `storing`: bytes read and sent. `committing`: slots make a state durable. `accepted`: a quorum has countersigned it, all
 * of it is there; waiting for the other slots. `full`: all slots have it, any m may be lost. `done`: the end, full or not.
 */
export type PutPhase = 'storing' | 'committing' | 'accepted' | 'full' | 'done'
/**
 * `files` counts files read so far; `totalBytes` is known when every source names its size. They go back to what the last
 * state holds when another writer came between.
 */
export type PutProgress = { phase: PutPhase; plainBytes: number; totalBytes?: number; files: number }

export type PutOptions = {
  onProgress?: (progress: PutProgress) => void
  signal?: AbortSignal
  /** How long to wait for receipts of all slots once a quorum has them; default 10 000. */
  waitForFullMs?: number
  /**
   * A state is made at the latest after so many sealed bytes, 1 … 240 MiB: what it holds an interrupted call does not send
   * again. Default 64 MiB.
   */
  checkpointBytes?: number
}

export type PutResult = {
  files: number
  plainBytes: number
  /**
   * Sealed bytes appended to the log: chunks, manifests and catalog nodes, before parity. Nodes of a state that several
   * calls share count for each.
   */
  storedBytes: number
  /** Plain bytes whose chunks the volume held already. */
  dedupedBytes: number
  /** Of those, the ones that an earlier call had left there which did not get to its end. */
  resumedBytes: number
  /** Of the last state written; unchanged if nothing had to be. */
  nonce: bigint
  /** Slots that countersigned that state. */
  receipts: number
  /** Whether all n slots did, so that any m of them may be lost. */
  full: boolean
}

export type GetOptions = {
  /** First plain byte; default 0. */
  offset?: number
  /** Most plain bytes; default to the end. */
  length?: number
  signal?: AbortSignal
}

export type ListOptions = {
  /** Only paths that begin with this text. */
  prefix?: string
  /** Only paths after this one, in bytewise order: the last path of the page before. */
  after?: string
  /** Most entries of this page; default 1 000. */
  limit?: number
  signal?: AbortSignal
}

/** The files of one volume. */
export type VolumeClient = {
  readonly volumeId: bigint
  /**
   * Stores files. Calls at the same time share a state; a large one makes one for every 64 MiB of log. A failed or aborted
   * call leaves the last certified state; run again, it goes on from there.
   */
  put(files: AsyncIterable<FileSource> | Iterable<FileSource>, options?: PutOptions): Promise<PutResult>
  /** A file's plain bytes, verified before they are handed out. @throws {StorgoError} `FILE_NOT_FOUND`, `NOT_ENOUGH_SLOTS`. */
  get(path: string, options?: GetOptions): AsyncIterable<Uint8Array>
  /** One page of files in bytewise order of their paths. */
  list(options?: ListOptions): Promise<FileInfo[]>
  /** One file, or `undefined`. */
  stat(path: string, options?: { signal?: AbortSignal }): Promise<FileInfo | undefined>
  /**
   * Takes files out of the catalog in one state, also of a full volume. What then is wholly dead is freed if there is much of it.
   * @throws {StorgoError} `FILE_NOT_FOUND`, and then removes none.
   */
  remove(paths: Iterable<string>, options?: PutOptions): Promise<RemoveResult>
  /**
   * Gives the file of that path, and all files below it, the path `to` instead, in one state. No byte of them is moved.
   * @throws {StorgoError} `FILE_NOT_FOUND`; `FILE_EXISTS` where a file is already, unless it is to be replaced: then nothing
   * has changed.
   */
  move(from: string, to: string, options?: MoveOptions): Promise<MoveResult>
  /**
   * Reads every sector of every slot once, parity included, and checks it against the last certified state.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when too few slots answer to tell what that state is.
   */
  checkSlots(options?: SlotCheckOptions): Promise<SlotCheck>
  /**
   * Gives back the room of what was removed. It can be used after the retention time, or with `release` at once.
   * @throws {StorgoError} `CONFIG_INVALID` to release without the owner's account; `NOT_ENOUGH_SLOTS`.
   */
  compact(options?: CompactOptions): Promise<CompactResult>
  /** The states that the slots remember, newest first: one for each epoch of the retention time. @throws {StorgoError} `NOT_ENOUGH_SLOTS`. */
  history(options?: { signal?: AbortSignal }): Promise<PastState[]>
  /**
   * Puts a file back as it was, in place of what is there now.
   * @throws {StorgoError} `FILE_NOT_FOUND` when no state that is remembered has it, or what it was has been overwritten.
   */
  restore(path: string, options?: RestoreOptions): Promise<RestoreResult>
}

export type MoveOptions = Pick<PutOptions, 'signal' | 'waitForFullMs'> & {
  /** Whether files that have the new paths go. */
  replace?: boolean
}

export type MoveResult = RemoveResult & {
  /** Files that had one of the new paths. */
  replaced: number
}

export type RemoveResult = { files: number; plainBytes: number; nonce: bigint; receipts: number; full: boolean }
