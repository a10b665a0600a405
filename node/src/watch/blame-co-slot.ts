import type { Peer } from '@storgo/sdk'
import type { ProviderChain } from '../chain/provider-chain.ts'
import { lieOf } from '../peers/notice-lies.ts'
import type { VolumeSource } from '../slots/volume-facts.ts'
import type { SlotRef } from '../store/slot-store.ts'
import type { Logger } from '../telemetry/logger.ts'

const TIMEOUT_MS = 10_000

export type BlameOptions = {
  peer: Pick<Peer, 'guard'>
  volumes: VolumeSource
  chain: Pick<ProviderChain, 'readPeer'>
  logger: Logger
}

/** Holds an answer that does not verify against the provider that holds the slot. */
export function blameCoSlot({ peer, volumes, chain, logger }: BlameOptions): (coSlot: SlotRef, error: unknown) => void {
  const blame = async ({ volumeId, slot }: SlotRef, error: unknown) => {
    const offence = lieOf(error)
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const provider = (await volumes.facts(volumeId, { signal })).operators[slot]
    const address = provider && (await chain.readPeer(provider, { signal }))
    if (offence && address) peer.guard?.offended(address.peerId, offence)
  }
  return (coSlot, error) => {
    blame(coSlot, error).catch((cause: unknown) => logger.debug({ error: cause }, 'who lied is not known'))
  }
}
