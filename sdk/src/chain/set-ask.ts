import { providerRegistryAbi } from '@storgo/contracts/abi'
import { type Address, encodeFunctionData, type Hex } from 'viem'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/** A provider's offer: price in the token's smallest unit for a sector and an epoch, room, and the smallest slot it takes. */
export type Ask = { pricePerSectorEpoch: bigint; freeSectors: number; minSectors: number }

/**
 * Changes a provider's ask; a new price counts after a notice, the rest at once. Owner or operator.
 *
 * @throws {StorgoError} as {@link send}.
 */
export async function setAsk(chain: Chain, { operator, ask }: { operator: Address; ask: Ask }): Promise<Sent> {
  return sentOf(await send(chain, { to: chain.deployment.registry, data: encodeSetAsk(operator, ask) }))
}

export function encodeSetAsk(operator: Address, { pricePerSectorEpoch, freeSectors, minSectors }: Ask): Hex {
  const args = [operator, pricePerSectorEpoch, freeSectors, minSectors] as const
  return encodeFunctionData({ abi: providerRegistryAbi, functionName: 'setAsk', args })
}
