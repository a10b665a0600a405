import { SECTOR_BYTES, StorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Provider } from '../chain/read-provider.ts'
import { expectedMs, newPeerRecord, type PeerRecord } from '../discovery/peer-record.ts'

export type ChooseOptions = {
  /** How many, all different. */
  count: number
  /** Sectors that each of them is to take. */
  sectors: number
  /** What a provider must have at stake for a GiB that it holds, in the token's smallest unit. */
  stakePerGiB: bigint
  /** How a provider has done so far; `undefined` if nothing is known. */
  recordOf?: (provider: Provider) => PeerRecord | undefined
}

const SECTORS_PER_GIB = 1_024n

/** Twice the time is one grade worse; up to what is expected of an unknown one all are the same. */
const UNKNOWN_MS = expectedMs(newPeerRecord(), SECTOR_BYTES)

/**
 * The cheapest providers that can take a slot; where the price is the same those that have done badly come last, and of the
 * others those with more room first.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when there are too few.
 */
export function chooseProviders(
  providers: readonly Provider[],
  { count, sectors, stakePerGiB, recordOf = () => undefined }: ChooseOptions,
): Address[] {
  const able = providers.filter(({ addresses, freeSectors, minSectors, stake, billedSectors }) => {
    const covered = stake * SECTORS_PER_GIB >= stakePerGiB * BigInt(billedSectors + sectors)
    return addresses.length > 0 && freeSectors >= sectors && minSectors <= sectors && stake > 0n && covered
  })
  if (able.length < count) {
    throw new StorgoError(
      'NOT_ENOUGH_SLOTS',
      `${able.length} providers offer ${sectors} free sectors each and ${count} are needed`,
      { offered: able.length, needed: count, sectors },
    )
  }
  return able
    .map((provider) => ({ ...provider, grade: gradeOf(recordOf(provider)) }))
    .toSorted(byOffer)
    .slice(0, count)
    .map(({ operator }) => operator)
}

/** 0 for the good and the unknown. In steps, so that room decides among those that are about as quick. */
function gradeOf(record: PeerRecord | undefined): number {
  return Math.max(0, Math.ceil(Math.log2(expectedMs(record, SECTOR_BYTES) / UNKNOWN_MS)))
}

function byOffer(a: Provider & { grade: number }, b: Provider & { grade: number }): number {
  if (a.pricePerSectorEpoch !== b.pricePerSectorEpoch) return a.pricePerSectorEpoch < b.pricePerSectorEpoch ? -1 : 1
  return a.grade - b.grade || b.freeSectors - a.freeSectors || (a.operator < b.operator ? -1 : 1)
}
