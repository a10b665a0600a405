import { StorgoError } from '@storgo/protocol'
import type { Chain } from './connect-chain.ts'
import { readEpoch } from './read-epoch.ts'
import { readSlots } from './read-slots.ts'
import { readVolume } from './read-volume.ts'

/**
 * Most that the market can ask when a volume's price changes: all epochs that are paid afterwards at the new price, and
 * those already due at the old one. What is in escrow is not counted, so it takes less.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`.
 */
export async function fundedCost(
  chain: Chain,
  change: { volumeId: bigint; moreEpochs: number; maxPricePerEpoch: bigint },
): Promise<bigint> {
  const { volumeId, moreEpochs, maxPricePerEpoch } = change
  const [volume, { epoch }] = await Promise.all([readVolume(chain, volumeId), readEpoch(chain)])
  if (!volume) throw new StorgoError('VOLUME_UNKNOWN', `There is no volume ${volumeId}.`, { volumeId })
  const slots = await readSlots(chain, volumeId)
  const now = slots.reduce(
    (sum, { pricePerEpoch, nextPricePerEpoch }) => sum + max(pricePerEpoch, nextPricePerEpoch),
    0n,
  )
  const ahead = Math.max(0, volume.endEpoch + moreEpochs - epoch)
  const due = Math.max(0, epoch + 1 - volume.endEpoch)
  return maxPricePerEpoch * BigInt(ahead) + now * BigInt(due)
}

const max = (a: bigint, b: bigint) => (a > b ? a : b)
