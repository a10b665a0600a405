import { isStorgoError, StorgoError } from '@storgo/protocol'
import type { Chain } from '../chain/connect-chain.ts'
import { readSlots } from '../chain/read-slots.ts'
import { readVolume } from '../chain/read-volume.ts'
import type { SlotLink } from './slot-link.ts'
import type { SlotReport, VolumeDetails } from './storgo.ts'
import type { VolumeSession } from './volume-session.ts'

const ANSWER_MS = 3_000

/** A volume as the chain knows it; with a `session` also what its slots say. */
export async function showVolume(
  chain: Chain,
  volumeId: bigint,
  { session, signal }: { session?: VolumeSession | undefined; signal?: AbortSignal | undefined },
): Promise<VolumeDetails> {
  const volume = await readVolume(chain, volumeId)
  if (!volume) throw new StorgoError('VOLUME_UNKNOWN', `there is no volume ${volumeId}`, { volumeId })
  const slots = await readSlots(chain, volumeId)
  if (!session) return { ...volume, slots }
  const { links } = await session.record(signal)
  const reports = await Promise.all(links.map((link) => reportOf(link, signal)))
  const contents = await session
    .reading(signal)(async ({ head, certificate }) => ({
      nonce: certificate?.signed.state.nonce ?? 0n,
      files: head.files,
      plainBytes: head.plainBytes,
      logBytes: head.tail,
    }))
    .catch((error: unknown) => {
      // Too few slots are a fact to show, not a reason to show nothing.
      if (isStorgoError(error, 'NOT_ENOUGH_SLOTS')) return undefined
      throw error
    })
  const withStates = slots.map((slot, i) => ({ ...slot, ...(reports[i] && { state: reports[i] }) }))
  return { ...volume, slots: withStates, ...(contents && { contents }) }
}

async function reportOf(link: SlotLink, signal: AbortSignal | undefined): Promise<SlotReport> {
  try {
    const { certified, latest } = await link.state({ timeoutMs: ANSWER_MS, signal })
    const nonce = certified?.certificate.signed.state.nonce ?? 0n
    return { nonce, latestNonce: latest?.signed.state.nonce ?? nonce }
  } catch (error) {
    signal?.throwIfAborted()
    return isStorgoError(error)
      ? { code: error.code, reason: error.message }
      : { code: 'INTERNAL', reason: String(error) }
  }
}
