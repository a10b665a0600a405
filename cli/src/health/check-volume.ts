import { isStorgoError, quorum } from '@storgo/protocol'
import type { Storgo, VolumeDetails } from '@storgo/sdk'
import type { Finding } from './finding.ts'

/** A volume that is paid for no longer than this wants looking after. */
const LEAST_EPOCHS = 10
/** Before slots are said not to answer. */
const LOOKS = 3

/** How a volume of the account does: which slots answer and hold its last state, and how long it is paid for. */
export async function checkVolume(
  { volumes, volume }: Storgo,
  volumeId: bigint,
  { epoch, signal }: { epoch: number; signal: AbortSignal },
): Promise<Finding> {
  const look = () => volumes.show(volumeId, { states: true, signal })
  let details = await look()
  let problem = problemOf(details, epoch)
  // The first time includes dialling everybody: what is slow then, or in the middle of a change, is asked again.
  for (let again = 1; problem !== undefined && again < LOOKS; again++) {
    details = await look()
    problem = problemOf(details, epoch)
  }
  const certified = await certifiedEpoch(volume(volumeId).history({ signal }))
  return {
    ...{ area: 'volume', subject: `volume ${volumeId}`, ok: problem === undefined },
    state: problem ?? describe(details, certified, epoch),
    next: problem === undefined ? '' : `storgo volume show ${volumeId}`,
  }
}

function problemOf({ k, m, slots, contents, endEpoch }: VolumeDetails, epoch: number): string | undefined {
  const silent = slots.filter(({ state }) => state === undefined || 'code' in state).map(({ slot }) => slot)
  const answering = slots.length - silent.length
  const names = `${silent.length === 1 ? 'slot' : 'slots'} ${silent.join(', ')} ${silent.length === 1 ? 'does' : 'do'} not answer`
  if (answering < k) return `it cannot be read: ${names}, and ${k} are needed`
  if (answering < quorum(k, m)) return `nothing can be stored: ${names}, and ${quorum(k, m)} are needed`
  if (silent.length > 0) return `${names}; ${answering - k} more may be lost`
  const newest = contents?.nonce ?? 0n
  const behind = slots.filter(({ state }) => state && 'nonce' in state && state.latestNonce < newest)
  if (behind.length > 0) return `slots ${behind.map(({ slot }) => slot).join(', ')} are behind state ${newest}`
  const left = endEpoch - epoch
  return left < LEAST_EPOCHS ? `it is paid for ${Math.max(0, left)} more epochs only` : undefined
}

function describe(
  { slots, contents, endEpoch, m }: VolumeDetails,
  certified: number | undefined,
  epoch: number,
): string {
  const age = certified === undefined ? '' : `, ${Math.max(0, epoch - certified)} epochs old`
  const state = contents === undefined || contents.nonce === 0n ? 'empty' : `certified state ${contents.nonce}${age}`
  return `all ${slots.length} slots answer, any ${m} may be lost; ${state}; paid for ${endEpoch - epoch} epochs`
}

/** The epoch in which the last certified state was signed. */
async function certifiedEpoch(history: Promise<readonly { epoch: number }[]>): Promise<number | undefined> {
  try {
    return (await history)[0]?.epoch
  } catch (error) {
    // Slots that do not answer are found out otherwise.
    if (isStorgoError(error, 'NOT_ENOUGH_SLOTS')) return undefined
    throw error
  }
}
