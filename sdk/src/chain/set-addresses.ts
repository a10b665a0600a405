import { providerRegistryAbi } from '@storgo/contracts/abi'
import { type Address, bytesToHex, encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { type SendOptions, send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Says where a provider is reached: binary multiaddrs, at most 8 of at most 256 bytes. Owner or operator.
 *
 * @throws {StorgoError} as {@link send}.
 */
export async function setAddresses(
  chain: Chain,
  { operator, addresses }: { operator: Address; addresses: readonly Uint8Array[] },
  options: SendOptions = {},
): Promise<Sent> {
  const args = [operator, addresses.map((address) => bytesToHex(address))] as const
  const data = encodeFunctionData({ abi: providerRegistryAbi, functionName: 'setAddresses', args })
  return sentOf(await send(chain, { to: chain.deployment.registry, data }, options))
}
