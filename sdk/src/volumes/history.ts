import { decodeHead, type Epoch, type Head, type HistoryEntry, isStorgoError } from '@storgo/protocol'
import { AnswerChecker } from './check-answer.ts'
import { refusalOf } from './refusal.ts'
import type { SlotLink } from './slot-link.ts'
import type { Version } from './version.ts'
import type { VolumeSession } from './volume-session.ts'
import type { PastState } from './volume-space.ts'

/** A state that the volume was in, with what its head record says. */
export type PastVersion = { nonce: bigint; epoch: Epoch; head: Head }

const ANSWER_MS = 5_000
/** Pages of a slot's history read at most, of up to 8 states each. */
const MOST_PAGES = 512

/** What a volume's slots remember, newest first. @throws {StorgoError} see `VolumeClient.history`. */
export async function readHistory(session: VolumeSession, signal: AbortSignal): Promise<PastState[]> {
  const past = await session.reading(signal)((version) => pastVersions(version, signal))
  return past.map(({ nonce, epoch, head: { files, plainBytes, tail } }) => ({
    nonce,
    epoch,
    files,
    plainBytes,
    logBytes: tail,
  }))
}

/**
 * The states that at least n − q + 1 slots together remember, each certified, newest first: a slot keeps the last one of each
 * epoch for the retention time.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when fewer answer.
 */
export async function pastVersions({ record, keys }: Version, signal: AbortSignal): Promise<PastVersion[]> {
  const { links, q, volumeId } = record
  const checker = new AnswerChecker(record)
  const found = new Map<bigint, PastVersion>()
  const errors: unknown[] = []
  await Promise.all(
    links.map(async (link) => {
      try {
        for await (const { certificate, headRecord, epoch } of entriesOf(link, signal)) {
          const { nonce } = certificate.signed.state
          if (found.has(nonce)) continue
          await checker.check(link.slot, { certified: { certificate, headRecord } })
          found.set(nonce, { nonce, epoch, head: await decodeHead(headRecord, keys.headKey) })
        }
      } catch (error) {
        signal.throwIfAborted()
        errors.push(error)
      }
    }),
  )
  const good = links.length - errors.length
  const needed = links.length - q + 1
  if (good < needed) {
    throw refusalOf(errors, { volumeId, slots: links.length, good, needed, what: 'told the history' })
  }
  return [...found.values()].sort((a, b) => (a.nonce < b.nonce ? 1 : -1))
}

async function* entriesOf(link: SlotLink, signal: AbortSignal): AsyncGenerator<HistoryEntry, void, undefined> {
  let before = 0n
  for (let page = 0; page < MOST_PAGES; page++) {
    const entries = await link.history({ before }, { timeoutMs: ANSWER_MS, signal })
    yield* entries
    const last = entries.at(-1)?.certificate.signed.state.nonce
    // A slot whose nonces do not fall would lead in circles.
    if (last === undefined || (before > 0n && last >= before)) return
    before = last
  }
}

/** Whether an old version could not be read because what it consists of has been overwritten. */
export function isGone(error: unknown): boolean {
  return isStorgoError(error, 'CATALOG_CORRUPT')
}
