import { isStorgoError, SECTOR_BYTES, type State } from '@storgo/protocol'
import { readLeaves } from './read-leaves.ts'
import type { CheckedSlot, SlotCheck, SlotCheckOptions } from './slot-check.ts'
import type { SlotLink } from './slot-link.ts'
import type { VolumeSession } from './volume-session.ts'

const ANSWER_MS = 10_000
/** A slot that gives nothing so many times in a row is not asked for the rest. */
const PATIENCE = 3
/** Sectors of one slot on their way: with all slots at work, 2 n MiB. */
const AHEAD = 2
/** Times that a sector is asked for: its slot may have moved on to another state, be busy, or be reached only now. */
const TRIES = 3
const PAUSE_MS = 300

const never = new AbortController().signal

/** Reads every sector of every slot once and checks it against a certified state. See `VolumeClient.checkSlots`. */
export async function checkSlots(
  session: VolumeSession,
  { signal = never, onFault = () => {}, onProgress = () => {} }: SlotCheckOptions,
): Promise<SlotCheck> {
  const { links, m } = await session.record(signal)
  let state = await certifiedState(session, signal)
  const sectors = state?.sectors ?? 0
  const badOf = new Uint8Array(sectors)
  let checked = 0
  /** A slot holds its last states only: one that has moved on is checked against what it has moved on to. */
  const read = async (link: SlotLink, sector: number): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const against = state
      if (!against || sector >= against.sectors) return
      try {
        const range = { slot: link.slot, sector, offset: 0, length: SECTOR_BYTES }
        await readLeaves({ link, state: against, n: links.length, range }, { signal, timeoutMs: ANSWER_MS })
        return
      } catch (error) {
        signal.throwIfAborted()
        if (attempt === TRIES) throw error
        if (isStorgoError(error, 'STATE_STALE')) {
          if (state === against) state = await certifiedState(session, signal)
          if (state === against) throw error
        } else if (isStorgoError(error, 'PEER_UNREACHABLE') || isStorgoError(error, 'PROVIDER_BUSY')) {
          await new Promise((resolve) => setTimeout(resolve, attempt * PAUSE_MS))
        } else throw error
      }
    }
  }
  const check = async (link: SlotLink): Promise<CheckedSlot> => {
    const { slot, provider } = link
    const found = { slot, provider, good: 0, wrong: 0, missing: 0 }
    let [next, silent] = [0, 0]
    const work = async (): Promise<void> => {
      while (next < sectors) {
        const sector = next++
        if (silent >= PATIENCE) {
          found.missing++
          badOf[sector] = (badOf[sector] ?? 0) + 1
        } else {
          const error = await read(link, sector).catch((reason: unknown) => reason)
          signal.throwIfAborted()
          const wrong = isStorgoError(error, 'PROOF_INVALID') || isStorgoError(error, 'SECTOR_CORRUPT')
          silent = error === undefined || wrong ? 0 : silent + 1
          if (error === undefined) found.good++
          else {
            if (wrong) found.wrong++
            else found.missing++
            badOf[sector] = (badOf[sector] ?? 0) + 1
            const code = isStorgoError(error) ? error.code : 'INTERNAL'
            const reason = error instanceof Error ? error.message : String(error)
            onFault({ slot, provider, sector, wrong, code, reason })
          }
        }
        onProgress({ checked: ++checked, sectors: sectors * links.length })
      }
    }
    await Promise.all(Array.from({ length: AHEAD }, work))
    return found
  }
  const slots = await Promise.all(links.map(check))
  const lostStripes = badOf.filter((bad) => bad > m).length
  return { nonce: state?.nonce ?? 0n, sectors, slots, lostStripes }
}

function certifiedState(session: VolumeSession, signal: AbortSignal): Promise<State | undefined> {
  return session.reading(signal)(async ({ reader }) => reader?.state)
}
