import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { z } from 'zod'
import { assertFree } from './local-target.ts'

/** Bytes between two times that what came in is made durable. */
const STEP_BYTES = 16 << 20
const MAX_SIDECAR_BYTES = 4_096

const sidecar = z.strictObject({
  version: z.literal(1),
  volume: z.string().regex(/^\d{1,20}$/u),
  /** The file's address. */
  cid: z.string().min(1).max(128),
  /** So many bytes of the part are on the disk. */
  synced: z.int().min(0),
})
type Sidecar = z.infer<typeof sidecar>

/** What is fetched: `cid` is the file's address, which names its content. */
export type RemoteFile = { volumeId: bigint; cid: string; size: number; modifiedMs: number }

export type ResumableOptions = {
  /** Whether to replace a target that is there. */
  force: boolean
  /** Fail rather than start anew when what was left is of another file. */
  mustResume: boolean
  /** So many bytes were there already. Called once. */
  onResumed?: (bytes: number) => void
  onBytes?: (count: number) => void
}

/**
 * Writes a file's bytes to `target` so that nobody ever sees a part of it under that name: into `target.storgo-part`, made
 * durable step by step, then renamed. A failure leaves the part and what is needed to go on from it, also after a reboot; a
 * part of another file (or of what this one was) is begun anew. Makes missing folders.
 *
 * @param bytesFrom the file's bytes from an offset on.
 * @returns bytes that came in now.
 * @throws {StorgoError} `FILE_EXISTS`, also when the target appeared meanwhile; `RESUME_INVALID` with `mustResume`.
 */
export async function writeResumable(
  target: string,
  remote: RemoteFile,
  bytesFrom: (offset: number) => AsyncIterable<Uint8Array>,
  { force, mustResume, onResumed, onBytes }: ResumableOptions,
): Promise<number> {
  await assertFree(target, { force })
  await mkdir(dirname(target), { recursive: true })
  const part = `${target}.storgo-part`
  const start = await startOf(part, remote, mustResume)
  onResumed?.(start)
  const file = await open(part, start > 0 ? 'r+' : 'w')
  let written = 0
  try {
    await file.truncate(start)
    let unsynced = 0
    try {
      for await (const bytes of bytesFrom(start)) {
        await writeWhole(file, bytes, start + written)
        written += bytes.length
        unsynced += bytes.length
        onBytes?.(bytes.length)
        if (unsynced < STEP_BYTES) continue
        await remember(part, file, remote, start + written)
        unsynced = 0
      }
    } catch (error) {
      await remember(part, file, remote, start + written)
      throw error
    }
    if (start + written !== remote.size) {
      throw new StorgoError('CATALOG_CORRUPT', 'the file ends before its size', {
        size: remote.size,
        bytes: start + written,
      })
    }
    await file.utimes(new Date(), new Date(remote.modifiedMs))
    await file.sync()
  } finally {
    await file.close()
  }
  await assertFree(target, { force })
  await rename(part, target)
  await rm(sidecarOf(part), { force: true })
  return written
}

/** How many bytes of the file are there already; 0 to begin anew. */
async function startOf(part: string, { volumeId, cid, size }: RemoteFile, mustResume: boolean): Promise<number> {
  const left = await readSidecar(part)
  if (left === undefined) return 0
  const isSame = left.volume === String(volumeId) && left.cid === cid && left.synced <= size
  if (!isSame && mustResume) {
    const message = `${part} is a part of another file than there is now; without --resume it is begun anew`
    throw new StorgoError('RESUME_INVALID', message, { path: part, part: left.cid, file: cid })
  }
  const held = await stat(part).then(
    ({ size: bytes }) => bytes,
    () => 0,
  )
  return isSame && held >= left.synced ? left.synced : 0
}

async function readSidecar(part: string): Promise<Sidecar | undefined> {
  try {
    const text = await readFile(sidecarOf(part), 'utf8')
    return text.length > MAX_SIDECAR_BYTES ? undefined : sidecar.parse(JSON.parse(text))
  } catch {
    // None, or one that no fetch has left: the part says nothing then.
    return undefined
  }
}

/** Makes what came in durable, then says so. */
async function remember(part: string, file: FileHandle, { volumeId, cid }: RemoteFile, synced: number): Promise<void> {
  await file.datasync()
  const text = JSON.stringify({ version: 1, volume: String(volumeId), cid, synced } satisfies Sidecar)
  const fresh = `${sidecarOf(part)}.new`
  await writeFile(fresh, `${text}\n`, { flush: true })
  await rename(fresh, sidecarOf(part))
}

async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
  }
}

function sidecarOf(part: string): string {
  return `${part}.json`
}
