import { storageMarketAbi } from '@storgo/contracts/abi'
import { type Address, encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Names the key that signs a volume's states from now on, as the next generation. Owner only; `expiresAt` in Unix seconds.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`, `VOLUME_CLOSED`, and as {@link send}.
 */
export async function setSessionKey(
  chain: Chain,
  { volumeId, address, expiresAt }: { volumeId: bigint; address: Address; expiresAt: bigint },
): Promise<Sent> {
  const args = [volumeId, address, expiresAt] as const
  const data = encodeFunctionData({ abi: storageMarketAbi, functionName: 'setSessionKey', args })
  return sentOf(await send(chain, { to: chain.deployment.market, data }))
}
