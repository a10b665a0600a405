import { storageMarketAbi } from '@storgo/contracts/abi'
import { encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { fundedCost } from './funded-cost.ts'
import { sendWithPermit } from './send-with-permit.ts'
import { type Sent, sentOf } from './sent.ts'

export type TopUpOptions = {
  volumeId: bigint
  /** Added to those already paid. */
  epochs: number
  /** Most that the volume may cost per epoch from the next one on, in the token's smallest unit. */
  maxPricePerEpoch: bigint
}

/**
 * Pays a volume for more epochs, at the current asks, in one transaction. Owner only.
 *
 * @throws {StorgoError} `PRICE_TOO_HIGH`, `INSUFFICIENT_FUNDS`, `VOLUME_UNKNOWN`, `VOLUME_CLOSED`, and as {@link send}.
 */
export async function topUpVolume(chain: Chain, { volumeId, epochs, maxPricePerEpoch }: TopUpOptions): Promise<Sent> {
  const args = [volumeId, epochs, maxPricePerEpoch] as const
  const topUp = encodeFunctionData({ abi: storageMarketAbi, functionName: 'topUp', args })
  const allowance = await fundedCost(chain, { volumeId, moreEpochs: epochs, maxPricePerEpoch })
  return sentOf(await sendWithPermit(chain, { to: chain.deployment.market, allowance, calls: [topUp] }))
}
