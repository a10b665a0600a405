import { storageMarketAbi } from '@storgo/contracts/abi'
import { encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Pays the named slots of a volume for the epochs proven before the current one, and refunds the others. Anybody may.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`, and as {@link send}.
 */
export async function settleSlots(
  chain: Chain,
  { volumeId, slots }: { volumeId: bigint; slots: readonly number[] },
): Promise<Sent> {
  const mask = slots.reduce((sum, slot) => sum | (1n << BigInt(slot)), 0n)
  const args = [volumeId, Number(mask)] as const
  const data = encodeFunctionData({ abi: storageMarketAbi, functionName: 'settle', args })
  return sentOf(await send(chain, { to: chain.deployment.market, data }))
}
