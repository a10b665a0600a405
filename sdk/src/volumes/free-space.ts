import { type Extent, MAX_FREED_RUNS_OF_HEAD, SECTOR_BYTES, type SectorRun } from '@storgo/protocol'
import { extentOf, type LiveChunk, liveBytesOf, stripesOf } from './live-bytes.ts'
import { chooseSparse, type Emptying, runsOf } from './sparse-stripes.ts'
import type { WriteSession } from './write-session.ts'

/** Moved with one state at most. */
const MOST_MOVED_BYTES = 64 << 20
/** Read at a time while moving. */
const BATCH_BYTES = 4 << 20
/** The catalog's nodes that a move changes: kept free for them, beside a part of what is moved. */
const NODE_ROOM_BYTES = 512 << 10

/** Of the room there is, what moving may count on: the ends of free stripes stay empty. */
const USED_PART = 0.9

/** What one state has freed; `nonce` is absent if there was nothing to free and no state was made for it. */
export type FreedSpace = { freedBytes: number; movedBytes: number; nonce?: bigint }

export type FreeSpaceOptions = {
  /** Stripes with less than this part of them alive are emptied; 0: only those that are dead are freed. */
  sparse: number
  /** Most bytes to move. */
  mostBytes?: number
  signal: AbortSignal
  onMoved?: (bytes: number) => void
}

/**
 * Frees with one state the stripes in which nothing lives, and empties sparse ones as far as there is room.
 * @throws {StorgoError} `VOLUME_FULL` if there was too little after all.
 */
export async function freeSpace(write: WriteSession, options: FreeSpaceOptions): Promise<FreedSpace> {
  const { sparse, signal, mostBytes = MOST_MOVED_BYTES, onMoved = () => {} } = options
  const { writer } = write
  const { log } = writer
  // What lives is told from the certified catalog, so that has to have everything.
  if (log.unsigned.bytes > 0) await write.commit()
  const { record, catalog } = write.version
  const stripeBytes = record.k * SECTOR_BYTES
  const nowSeconds = Math.floor(Date.now() / 1000)
  const { byStripe, leftOver } = await liveBytesOf(catalog, { stripeBytes, nowSeconds, signal })
  const live = new Map(byStripe)
  await drop(leftOver, write, live, stripeBytes)

  const stripes = Math.floor(log.tail / stripeBytes)
  const mayFree = (stripe: number) => stripe < stripes && !log.isInUse(stripe) && !log.free.has(stripe)
  const dead = Array.from({ length: stripes }, (_, i) => i).filter((stripe) => mayFree(stripe) && !live.get(stripe))
  const room = Math.max(0, Math.floor((log.roomBytes - NODE_ROOM_BYTES) * USED_PART))
  const choice = { live, stripeBytes, mayFree, sparse, mostBytes: Math.min(mostBytes, MOST_MOVED_BYTES, room) }
  const emptying = await chooseSparse(catalog, choice)
  const runs = longest(runsOf([...dead, ...emptying.stripes]))
  if (runs.length === 0) return { freedBytes: 0, movedBytes: 0 }
  log.useReserve()
  await move(emptying, write, { signal, onMoved })
  const { epoch } = await record.retention()
  const nonce = writer.nextNonce
  const freed = log.addFree(runs, { nonce, epoch })
  const lies = (node: Extent) => stripesOf(node, stripeBytes).some(({ stripe }) => emptying.stripes.has(stripe))
  try {
    await write.commit(emptying.stripes.size > 0 ? { moves: lies } : {})
  } catch (error) {
    log.takeBackFree(nonce)
    throw error
  }
  return { freedBytes: freed * stripeBytes, movedBytes: emptying.moveBytes, nonce }
}

/** Takes chunks out of the catalog that nobody has named for long; one that a write has named just now stays, and lives. */
async function drop(
  chunks: readonly LiveChunk[],
  { draft }: WriteSession,
  live: Map<number, number>,
  stripeBytes: number,
): Promise<void> {
  for (const { digest, entry } of chunks) {
    const now = await draft.chunk(digest)
    if (now?.refs === 0) draft.setChunk(digest, undefined)
    if (!now || now.refs === 0) continue
    for (const { stripe, bytes } of stripesOf(extentOf(entry), stripeBytes)) {
      live.set(stripe, (live.get(stripe) ?? 0) + bytes)
    }
  }
}

/** Appends the chunks anew, in the order in which they lie, and has the catalog name the new places. */
async function move(
  { chunks }: Emptying,
  { draft, writer, read }: WriteSession,
  { signal, onMoved }: { signal: AbortSignal; onMoved: (bytes: number) => void },
): Promise<void> {
  const inOrder = chunks.toSorted((a, b) => a.entry.offset - b.entry.offset)
  for (let at = 0; at < inOrder.length; ) {
    const batch: LiveChunk[] = []
    for (let bytes = 0; at < inOrder.length && bytes < BATCH_BYTES; at++) {
      const chunk = inOrder[at] as LiveChunk
      batch.push(chunk)
      bytes += chunk.entry.sealedBytes
    }
    const sealed = await read(
      batch.map(({ entry }) => extentOf(entry)),
      signal,
    )
    for (const [i, { digest }] of batch.entries()) {
      const entry = await draft.chunk(digest)
      // Taken out of the catalog by a write of the same state.
      if (!entry) continue
      const { offset } = await writer.append(sealed[i] as Uint8Array)
      draft.setChunk(digest, { ...entry, offset })
      onMoved(entry.sealedBytes)
    }
  }
}

/** A head record names so many runs; the rest is freed next time. */
function longest(runs: readonly SectorRun[]): SectorRun[] {
  const kept = runs.toSorted((a, b) => b.count - a.count).slice(0, MAX_FREED_RUNS_OF_HEAD)
  return kept.toSorted((a, b) => a.first - b.first)
}
