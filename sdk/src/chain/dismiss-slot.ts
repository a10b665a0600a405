import { storageMarketAbi } from '@storgo/contracts/abi'
import { encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Dismisses a slot that goes on refusing: it is vacant from the next epoch on, and what later epochs were funded with is
 * credited. Owner only.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`, `VOLUME_CLOSED`, and as {@link send}; `details.error` is `StorageMarketTooFewSlots`
 * where fewer slots than the write quorum would remain, `StorageMarketSlotVacant` where it has been dismissed already.
 */
export async function dismissSlot(chain: Chain, { volumeId, slot }: { volumeId: bigint; slot: number }): Promise<Sent> {
  const data = encodeFunctionData({ abi: storageMarketAbi, functionName: 'dismiss', args: [volumeId, slot] })
  return sentOf(await send(chain, { to: chain.deployment.market, data }))
}
