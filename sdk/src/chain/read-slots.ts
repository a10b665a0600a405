import { storageMarketAbi } from '@storgo/contracts/abi'
import type { Epoch, FormerOperator } from '@storgo/protocol'
import { type Address, zeroAddress } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

export type Slot = {
  slot: number
  /** The zero address where the slot is vacant. */
  provider: Address
  /** Epochs before this one are settled. */
  settledEpoch: Epoch
  /** Position in the provider's book. */
  bookIndex: number
  /** For the whole slot, in the token's smallest unit; `nextPricePerEpoch` counts from `changeEpoch` on. */
  pricePerEpoch: bigint
  nextPricePerEpoch: bigint
  changeEpoch: Epoch
  /** Who held the slot last, if anybody else has: what it certified stays certified. */
  former: FormerOperator | undefined
}

/**
 * All slots of a volume, in order.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`.
 */
export async function readSlots({ publicClient, deployment }: Chain, volumeId: bigint): Promise<Slot[]> {
  const call = { address: deployment.market, abi: storageMarketAbi, functionName: 'slots', args: [volumeId] } as const
  const slots = await onChain(() => publicClient.readContract(call))
  return slots.map(({ settledEpoch, changeEpoch, formerProvider, formerUntilEpoch, ...rest }, slot) => {
    const former =
      formerProvider === zeroAddress ? undefined : { operator: formerProvider, untilEpoch: formerUntilEpoch as Epoch }
    return { slot, ...rest, settledEpoch: settledEpoch as Epoch, changeEpoch: changeEpoch as Epoch, former }
  })
}
