import { providerRegistryAbi } from '@storgo/contracts/abi'
import { type Address, encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { sendWithPermit } from './send-with-permit.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Adds to a provider's stake, in the token's smallest unit, in one transaction. Anybody may.
 *
 * @throws {StorgoError} `INSUFFICIENT_FUNDS`, and as {@link send}.
 */
export async function addStake(
  chain: Chain,
  { operator, amount }: { operator: Address; amount: bigint },
): Promise<Sent> {
  const data = encodeFunctionData({ abi: providerRegistryAbi, functionName: 'addStake', args: [operator, amount] })
  return sentOf(await sendWithPermit(chain, { to: chain.deployment.registry, allowance: amount, calls: [data] }))
}
