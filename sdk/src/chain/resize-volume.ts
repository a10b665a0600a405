import { storageMarketAbi } from '@storgo/contracts/abi'
import { encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { fundedCost } from './funded-cost.ts'
import { sendWithPermit } from './send-with-permit.ts'
import { type Sent, sentOf } from './sent.ts'

export type ResizeOptions = {
  volumeId: bigint
  /** Billed per slot from the next epoch on. */
  sectors: number
  /** Most that the volume may then cost per epoch, in the token's smallest unit. */
  maxPricePerEpoch: bigint
}

/**
 * Changes a volume's size for the epochs that are paid, and pays or credits the difference, in one transaction. Owner only.
 *
 * @throws {StorgoError} `PRICE_TOO_HIGH`, `INSUFFICIENT_FUNDS`, `VOLUME_UNKNOWN`, `VOLUME_CLOSED`, and as {@link send}.
 */
export async function resizeVolume(
  chain: Chain,
  { volumeId, sectors, maxPricePerEpoch }: ResizeOptions,
): Promise<Sent> {
  const args = [volumeId, sectors, maxPricePerEpoch] as const
  const resize = encodeFunctionData({ abi: storageMarketAbi, functionName: 'resize', args })
  const allowance = await fundedCost(chain, { volumeId, moreEpochs: 0, maxPricePerEpoch })
  return sentOf(await sendWithPermit(chain, { to: chain.deployment.market, allowance, calls: [resize] }))
}
