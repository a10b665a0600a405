import { providerRegistryAbi } from '@storgo/contracts/abi'
import { type Address, encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Takes part of a provider's stake out of use, to be withdrawn after the unbonding epochs. Owner only.
 *
 * @throws {StorgoError} as {@link send}; what stays must cover the minimum and the billed sectors.
 */
export async function startUnbonding(
  chain: Chain,
  { operator, amount }: { operator: Address; amount: bigint },
): Promise<Sent> {
  const args = [operator, amount] as const
  const data = encodeFunctionData({ abi: providerRegistryAbi, functionName: 'startUnbonding', args })
  return sentOf(await send(chain, { to: chain.deployment.registry, data }))
}
