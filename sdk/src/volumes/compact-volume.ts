import { compactSignature, isStorgoError, releaseTypedData, SECTOR_BYTES, StorgoError } from '@storgo/protocol'
import { type FreedSpace, freeSpace } from './free-space.ts'
import type { KeyWallet } from './master-key.ts'
import { refusalOf } from './refusal.ts'
import type { SlotLink } from './slot-link.ts'
import type { VolumeSession } from './volume-session.ts'
import type { CompactOptions, CompactProgress, CompactResult } from './volume-space.ts'
import type { WriteSession, Written } from './write-session.ts'

/** Stripes with less alive than this are emptied; when room is short also fuller ones. */
const SPARSE = 0.5
const SPARSE_WHEN_SHORT = 0.9
/** Room is short below this part of the volume. */
const SHORT_PART = 0.5
const MOST_ROUNDS = 1_000
/** Rounds without more room after which it ends. */
const MOST_IDLE = 4
const RELEASE_MS = 10_000

const never = new AbortController().signal

/**
 * Gives back the room of what was removed: frees stripes in which nothing lives and moves what lives out of sparse ones.
 * @param wallet of the volume's owner, to let go of it at once. @throws {StorgoError} see `VolumeClient.compact`.
 */
export async function compactVolume(
  session: VolumeSession,
  { release = false, signal = never, onProgress = () => {} }: CompactOptions,
  wallet: KeyWallet | undefined,
): Promise<CompactResult> {
  if (release && !wallet) {
    throw new StorgoError(
      'CONFIG_INVALID',
      "only the owner's wallet can release what was removed; connect with its account",
    )
  }
  const done = { movedBytes: 0, freedBytes: 0 }
  const report = (phase: CompactProgress['phase']) => onProgress({ phase, ...done })
  let space = await spaceOf(session, signal)
  let plan: Plan | undefined = {
    ...sparseIn(space),
    mostBytes: Number.POSITIVE_INFINITY,
    best: space.roomBytes,
    idle: 0,
  }
  for (let round = 0; plan && round < MOST_ROUNDS; round++) {
    report('moving')
    const before = done.movedBytes
    const onMoved = (bytes: number) => {
      done.movedBytes += bytes
      report('moving')
    }
    const { sparse, mostBytes }: Plan = plan
    const free = (write: WriteSession) => {
      done.movedBytes = before
      return freeSpace(write, { sparse, mostBytes, signal, onMoved })
    }
    const freed = await unlessFull(session.toWrite(signal, free))
    done.freedBytes += freed?.freedBytes ?? 0
    let after = await spaceOf(session, signal)
    if (release && wallet && after.retainedBytes > 0) {
      report('releasing')
      await releaseFreed(session, wallet, after.nonce, signal)
      after = await spaceOf(session, signal)
    }
    space = after
    plan = nextPlan(plan, { freed, space, release })
  }
  const nonce = release ? await writeDown(session, signal) : space.nonce
  report('done')
  const { roomBytes, retainedBytes, usableFromEpoch } = space
  return { ...done, roomBytes, retainedBytes, ...(usableFromEpoch !== undefined && { usableFromEpoch }), nonce }
}

/** `best`: the most room there was after a round; `idle`: rounds since. */
type Plan = { sparse: number; mostBytes: number; best: number; idle: number }
type Space = Pick<CompactResult, 'roomBytes' | 'retainedBytes' | 'usableFromEpoch' | 'nonce'> & {
  capacityBytes: number
  stripeBytes: number
}

/** What to do in the next round; nothing when another one would gain nothing. `freed` is absent if there was too little room. */
function nextPlan(
  { sparse, mostBytes, best, idle }: Plan,
  { freed, space, release }: { freed: FreedSpace | undefined; space: Space; release: boolean },
): Plan | undefined {
  if (!freed) {
    const less = Math.min(mostBytes, space.roomBytes) / 2
    return less < space.stripeBytes / 8 ? undefined : { sparse, mostBytes: less, best, idle }
  }
  // What is kept back makes no room to move more into.
  if (!release || freed.nonce === undefined) return undefined
  const next = { ...sparseIn(space), mostBytes: Number.POSITIVE_INFINITY }
  if (space.roomBytes >= best + space.stripeBytes) return { ...next, best: space.roomBytes, idle: 0 }
  // Filling what lies scattered gains nothing by itself, but what is freed by that lies together.
  return idle < MOST_IDLE ? { ...next, best, idle: idle + 1 } : undefined
}

function sparseIn({ roomBytes, capacityBytes }: Space): { sparse: number } {
  return { sparse: roomBytes < capacityBytes * SHORT_PART ? SPARSE_WHEN_SHORT : SPARSE }
}

/** Frees what is wholly dead, with one state, if anything is. It costs a walk over the catalog. @returns bytes of log. */
export async function freeDead(session: VolumeSession, signal: AbortSignal): Promise<number> {
  const { value } = await session.toWrite(signal, (write) => freeSpace(write, { sparse: 0, signal }))
  return value.freedBytes
}

/**
 * Hands the wallet's release to all slots; from q on the stripes count as free for use.
 * @throws {StorgoError} `ACCESS_DENIED` for another's wallet; `NOT_ENOUGH_SLOTS` when fewer take it.
 */
async function releaseFreed(
  session: VolumeSession,
  wallet: KeyWallet,
  nonce: bigint,
  signal: AbortSignal,
): Promise<void> {
  const { volumeId, domain, links, q } = await session.record(signal)
  const signature = compactSignature(await wallet.signTypedData(releaseTypedData(domain, { volumeId, nonce })))
  const hand = (link: SlotLink) => link.release({ nonce, signature }, { timeoutMs: RELEASE_MS, signal })
  const errors: unknown[] = []
  await Promise.all(links.map((link) => hand(link).catch((error: unknown) => errors.push(error))))
  signal.throwIfAborted()
  const good = links.length - errors.length
  if (good < q) {
    throw refusalOf(errors, { volumeId, slots: links.length, good, needed: q, what: 'took the release' })
  }
  await session.toWrite(signal, async ({ writer }) => writer.log.free.release(nonce))
}

/** Has the catalog say what is free for use, for the next writer. */
async function writeDown(session: VolumeSession, signal: AbortSignal): Promise<bigint> {
  const { nonce } = await session.toWrite(signal, async (write) => {
    write.writer.log.useReserve()
    await write.commit()
  })
  return nonce
}

async function spaceOf(session: VolumeSession, signal: AbortSignal): Promise<Space> {
  const { value, nonce } = await session.toWrite(signal, async ({ writer: { log }, version: { record } }) => {
    const stripeBytes = record.k * SECTOR_BYTES
    const { retained } = log.free
    const usableFromEpoch = retained > 0 ? log.free.nextUsable((await record.retention()).retentionEpochs) : undefined
    return {
      roomBytes: log.roomBytes,
      retainedBytes: retained * stripeBytes,
      capacityBytes: log.billedSectors * stripeBytes,
      stripeBytes,
      ...(usableFromEpoch !== undefined && { usableFromEpoch }),
    }
  })
  return { ...value, nonce }
}

/** Nothing when the volume turned out to have too little room. */
async function unlessFull(written: Promise<Written<FreedSpace>>): Promise<FreedSpace | undefined> {
  try {
    return (await written).value
  } catch (error) {
    if (isStorgoError(error, 'VOLUME_FULL')) return undefined
    throw error
  }
}
