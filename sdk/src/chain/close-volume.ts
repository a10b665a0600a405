import { storageMarketAbi } from '@storgo/contracts/abi'
import { encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Ends a volume with the current epoch and credits what is left to its owner. Owner only.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`, `VOLUME_CLOSED`, and as {@link send}.
 */
export async function closeVolume(chain: Chain, volumeId: bigint): Promise<Sent> {
  const data = encodeFunctionData({ abi: storageMarketAbi, functionName: 'close', args: [volumeId] })
  return sentOf(await send(chain, { to: chain.deployment.market, data }))
}
