import { storageMarketAbi } from '@storgo/contracts/abi'
import { encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Takes a volume whose funds ended a grace period ago out of the books. Anybody may.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`, `VOLUME_CLOSED`, and as {@link send}.
 */
export async function expireVolume(chain: Chain, volumeId: bigint): Promise<Sent> {
  const data = encodeFunctionData({ abi: storageMarketAbi, functionName: 'expire', args: [volumeId] })
  return sentOf(await send(chain, { to: chain.deployment.market, data }))
}
