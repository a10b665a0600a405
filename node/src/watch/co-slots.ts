import type { SigningDomain } from '@storgo/protocol'
import { type CheckedVolume, linkToSlot, type Peer, type PeerAddress, type SlotLink } from '@storgo/sdk'
import { type Address, isAddressEqual, zeroAddress } from 'viem'
import type { VolumeFacts, VolumeSource } from '../slots/volume-facts.ts'
import type { SlotRef } from '../store/slot-store.ts'

/** Addresses change when a provider restarts; a lost one is looked up again this soon. */
const ADDRESS_MS = 20_000
const MAX_ADDRESSES = 1_000

/** The other slots of a volume that this provider holds a slot of. */
export type CoSlots = {
  facts: VolumeFacts
  /** What answers of slots are checked by. */
  record: CheckedVolume
  /** Links to slots that other providers hold. */
  links: SlotLink[]
}

/** Finds the other slots of a slot's volume. */
export type FindCoSlots = (ref: SlotRef, signal: AbortSignal) => Promise<CoSlots>

export type CoSlotsOptions = {
  /** Dials the others, as this provider. */
  peer: Peer
  volumes: VolumeSource
  /** This provider. */
  operator: Address
  domain: SigningDomain
  /** Where a provider is; `undefined` if it is none. */
  readPeer: (operator: Address, options: { signal: AbortSignal }) => Promise<PeerAddress | undefined>
  nowMs: () => number
}

/** Makes links to co-slots by what the chain says of the volume and of its providers. */
export function coSlotsByRegistry(options: CoSlotsOptions): FindCoSlots {
  const { peer, volumes, operator, domain, readPeer, nowMs } = options
  const known = new Map<Address, { to: PeerAddress | undefined; untilMs: number }>()

  async function addressOf(provider: Address, signal: AbortSignal): Promise<PeerAddress | undefined> {
    const found = known.get(provider)
    if (found && found.untilMs > nowMs()) return found.to
    const to = await readPeer(provider, { signal })
    known.delete(provider)
    known.set(provider, { to, untilMs: nowMs() + ADDRESS_MS })
    const oldest = known.size > MAX_ADDRESSES ? known.keys().next() : undefined
    if (oldest?.done === false) known.delete(oldest.value)
    return to
  }

  return async ({ volumeId }, signal) => {
    const facts = await volumes.facts(volumeId, { signal })
    const links = await Promise.all(
      facts.operators.map(async (provider, slot) => {
        if (provider === undefined || isAddressEqual(provider, operator)) return undefined
        const to = await addressOf(provider, signal)
        return linkToSlot(peer, { volumeId, slot, provider, to })
      }),
    )
    const record = recordOf({ volumeId, facts, volumes, domain, signal })
    return { facts, record, links: links.filter((link) => link !== undefined) }
  }
}

type RecordParts = {
  volumeId: bigint
  facts: VolumeFacts
  volumes: VolumeSource
  domain: SigningDomain
  signal: AbortSignal
}

/** A volume as the sdk knows it. Nobody can sign for the zero address: of a vacant slot only what its former operator certified counts. */
export function recordOf({ volumeId, facts, volumes, domain, signal }: RecordParts): CheckedVolume {
  const { k, m, generation, sessionKey, operators, formers } = facts
  return {
    ...{ volumeId, k, m, domain, formers, operators: operators.map((operator) => operator ?? zeroAddress) },
    sessionKeyOf: async (wanted) => {
      if (wanted === generation) return sessionKey.address
      return (await volumes.sessionKeyOf(volumeId, wanted, { signal })).address
    },
  }
}
