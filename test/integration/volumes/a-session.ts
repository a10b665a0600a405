import { deriveSessionKey } from '@storgo/protocol'
import { createPeer, type VolumeClient } from '@storgo/sdk'
import { silentLogger } from '../../../sdk/src/volumes/logger.ts'
import { readRecord } from '../../../sdk/src/volumes/read-record.ts'
import type { SlotLink } from '../../../sdk/src/volumes/slot-link.ts'
import { volumeClient } from '../../../sdk/src/volumes/volume-client.ts'
import { volumeKeysOf } from '../../../sdk/src/volumes/volume-keys.ts'
import { VolumeSession } from '../../../sdk/src/volumes/volume-session.ts'
import type { ANetwork } from './a-network.ts'

type Calls = Pick<SlotLink, 'pen' | 'commit' | 'certify'>

/** A client of the volume whose calls to slots may be made to fail. */
export type ASession = AsyncDisposable & { volume: VolumeClient; link(slot: number): SlotLink }

/** @param changed what calls of a slot do instead of reaching it. */
export async function aSession(
  { wallet, volumeId, client }: ANetwork,
  changed: (link: SlotLink) => Partial<Calls> = () => ({}),
): Promise<ASession> {
  await using resources = new AsyncDisposableStack()
  const { chain } = resources.use(await client()).storgo
  const { chainId } = chain.deployment
  const { privateKey } = deriveSessionKey(wallet.masterKey, chainId, 1)
  const peer = resources.use(await createPeer({ identity: { privateKey, domain: chain.domain, agent: 'test' } }))
  const read = async () => {
    const record = await readRecord({ chain, volumeId, peerFor: async () => peer })
    for (const link of record.links) Object.assign(link, changed(link))
    return record
  }
  const { links } = await read()
  const session = new VolumeSession({
    readRecord: read,
    keysOf: ({ generation }) => volumeKeysOf(wallet.masterKey, { chainId, volumeId, generation }),
    sealKey: async () => [],
    logger: silentLogger,
  })
  const running = resources.move()
  return {
    volume: volumeClient(volumeId, session),
    link: (slot) => {
      const link = links[slot]
      if (!link) throw new Error(`the volume has no slot ${slot}`)
      return link
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
