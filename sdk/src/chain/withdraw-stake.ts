import { providerRegistryAbi } from '@storgo/contracts/abi'
import { type Address, encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Moves unbonded stake to the provider's owner, who alone may.
 *
 * @throws {StorgoError} as {@link send}; `details.error` is `ProviderRegistryStillUnbonding` before its time.
 */
export async function withdrawStake(chain: Chain, operator: Address): Promise<Sent> {
  const data = encodeFunctionData({ abi: providerRegistryAbi, functionName: 'withdrawStake', args: [operator] })
  return sentOf(await send(chain, { to: chain.deployment.registry, data }))
}
