import { StorgoError } from '@storgo/protocol'
import { type Chain, readParameter, readSessionKey, readSlots, readVolume } from '@storgo/sdk'
import { zeroAddress } from 'viem'
import type { VolumeFacts } from '../slots/volume-facts.ts'

/** What the rules of the slots need to know of a volume, `undefined` if there is no such volume. */
export async function readFacts(chain: Chain, volumeId: bigint): Promise<VolumeFacts | undefined> {
  const volume = await readVolume(chain, volumeId)
  if (volume === undefined) return undefined
  const { owner, k, m, sectors: billedSectors, closed, generation } = volume
  const [slots, sessionKey, retentionEpochs] = await Promise.all([
    readSlots(chain, volumeId),
    readSessionKey(chain, { volumeId, generation }),
    readParameter(chain, 'retentionEpochs'),
  ])
  if (sessionKey === undefined) {
    throw new StorgoError('INTERNAL', `Volume ${volumeId} has no session key ${generation}.`, { volumeId, generation })
  }
  const operators = slots.map(({ provider }) => (provider === zeroAddress ? undefined : provider))
  const formers = slots.map(({ former }) => former)
  const known = { owner, k, m, billedSectors, closed, generation, sessionKey, operators, formers }
  return { ...known, retentionEpochs: Number(retentionEpochs) }
}
