import { quorum, StorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Chain } from '../chain/connect-chain.ts'
import { readRetention } from '../chain/read-retention.ts'
import { readSessionKey } from '../chain/read-session-key.ts'
import { readSlots } from '../chain/read-slots.ts'
import { readVolume, type Volume } from '../chain/read-volume.ts'
import type { Peer } from '../net/create-peer.ts'
import { linkToSlot } from './link-to-slot.ts'
import { registeredAddress } from './registered-address.ts'
import type { VolumeRecord } from './volume-record.ts'

export type ReadRecordOptions = {
  chain: Chain
  volumeId: bigint
  /** The peer to ask the slots with; a session key is named by its generation. */
  peerFor: (volume: Volume) => Promise<Peer>
  signal?: AbortSignal | undefined
}

/** Reads a volume and where its slots are from the chain. @throws {StorgoError} `VOLUME_UNKNOWN`, `CHAIN_UNREACHABLE`. */
export async function readRecord({ chain, volumeId, peerFor, signal }: ReadRecordOptions): Promise<VolumeRecord> {
  const volume = await readVolume(chain, volumeId)
  if (!volume) throw new StorgoError('VOLUME_UNKNOWN', `there is no volume ${volumeId}`, { volumeId })
  const [slots, peer] = await Promise.all([readSlots(chain, volumeId), peerFor(volume)])
  signal?.throwIfAborted()
  const links = await Promise.all(
    slots.map(async ({ slot, provider }) => {
      const to = await registeredAddress(chain, provider)
      return linkToSlot(peer, { to, volumeId, slot, provider })
    }),
  )
  signal?.throwIfAborted()
  const { owner, k, m, sectors, generation, closed } = volume
  const sessionKeys = new Map<number, Promise<Address>>()
  const sessionKeyOf = (wanted: number): Promise<Address> => {
    const known = sessionKeys.get(wanted) ?? readKey(chain, { volumeId, generation: wanted })
    sessionKeys.set(wanted, known)
    return known
  }
  return {
    ...{ volumeId, owner, k, m, generation, closed, links, sessionKeyOf },
    q: quorum(k, m),
    billedSectors: sectors,
    domain: chain.domain,
    operators: slots.map(({ provider }) => provider),
    formers: slots.map(({ former }) => former),
    retention: () => readRetention(chain),
  }
}

async function readKey(
  chain: Chain,
  { volumeId, generation }: { volumeId: bigint; generation: number },
): Promise<Address> {
  const key = await readSessionKey(chain, { volumeId, generation })
  if (key) return key.address
  const details = { volumeId, generation }
  throw new StorgoError('STATE_SIGNATURE_INVALID', `volume ${volumeId} has had no session key ${generation}`, details)
}
