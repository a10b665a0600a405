import { type Chain, type Provider, readEarnings } from '@storgo/sdk'
import { formatBytes, formatStor } from '../quantities.ts'

const SECTOR_BYTES = 2 ** 20

/** What is known of a provider's money, in STOR's smallest unit. */
export type StakeRecord = Pick<
  Provider,
  | 'operator'
  | 'owner'
  | 'stake'
  | 'unbonding'
  | 'unbondingEndsEpoch'
  | 'billedSectors'
  | 'freeSectors'
  | 'pricePerSectorEpoch'
> & { earnings: bigint }

/** Reads what is in the contract beside the registry, too. */
export async function stakeRecordOf(chain: Chain, provider: Provider): Promise<StakeRecord> {
  const { operator, owner, stake, unbonding, unbondingEndsEpoch, billedSectors, freeSectors, pricePerSectorEpoch } =
    provider
  const earnings = await readEarnings(chain, operator)
  return {
    operator,
    owner,
    stake,
    unbonding,
    unbondingEndsEpoch,
    billedSectors,
    freeSectors,
    pricePerSectorEpoch,
    earnings,
  }
}

/** One line about a provider's money. */
export function describeStake({
  operator,
  stake,
  unbonding,
  billedSectors,
  freeSectors,
  earnings,
}: StakeRecord): string {
  const leaving = unbonding > 0n ? `, ${formatStor(unbonding)} unbonding` : ''
  const space = `${formatBytes(billedSectors * SECTOR_BYTES)} sold, ${formatBytes(freeSectors * SECTOR_BYTES)} free`
  return `${operator}  stake ${formatStor(stake)}${leaving}  ${space}  earned ${formatStor(earnings)}`
}
