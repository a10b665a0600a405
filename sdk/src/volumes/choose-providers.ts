import { StorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Provider } from '../chain/read-provider.ts'

export type ChooseOptions = {
  /** How many, all different. */
  count: number
  /** Sectors that each of them is to take. */
  sectors: number
  /** What a provider must have at stake for a GiB that it holds, in the token's smallest unit. */
  stakePerGiB: bigint
}

const SECTORS_PER_GIB = 1_024n

/**
 * The cheapest providers that can take a slot, those with more room first where the price is the same.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS` when there are too few.
 */
export function chooseProviders(
  providers: readonly Provider[],
  { count, sectors, stakePerGiB }: ChooseOptions,
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
    .toSorted(byOffer)
    .slice(0, count)
    .map(({ operator }) => operator)
}

function byOffer(a: Provider, b: Provider): number {
  if (a.pricePerSectorEpoch !== b.pricePerSectorEpoch) return a.pricePerSectorEpoch < b.pricePerSectorEpoch ? -1 : 1
  return b.freeSectors - a.freeSectors || (a.operator < b.operator ? -1 : 1)
}
