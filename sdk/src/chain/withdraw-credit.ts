import { storageMarketAbi } from '@storgo/contracts/abi'
import { encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Moves the account's refunds from the market to it.
 *
 * @throws {StorgoError} as {@link send}; `details.error` is `StorageMarketNothingToWithdraw` if there are none.
 */
export async function withdrawCredit(chain: Chain): Promise<Sent> {
  const data = encodeFunctionData({ abi: storageMarketAbi, functionName: 'withdraw' })
  return sentOf(await send(chain, { to: chain.deployment.market, data }))
}
