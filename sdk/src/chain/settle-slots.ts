import { storageMarketAbi } from '@storgo/contracts/abi'
import { encodeFunctionData, type Hex } from 'viem'
import type { Chain } from './connect-chain.ts'
import { type SendOptions, send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/** Slots of one volume, by number. */
export type VolumeSlots = { volumeId: bigint; slots: readonly number[] }

/**
 * Pays the named slots of a volume for the epochs proven before the current one, and refunds the others. Anybody may.
 *
 * @throws {StorgoError} `VOLUME_UNKNOWN`, and as {@link send}.
 */
export async function settleSlots(chain: Chain, volume: VolumeSlots, options: SendOptions = {}): Promise<Sent> {
  return sentOf(await send(chain, { to: chain.deployment.market, data: encodeSettle(volume) }, options))
}

/**
 * Settles slots of several volumes in one transaction: all of them, or none.
 *
 * @throws {StorgoError} as {@link settleSlots}.
 */
export async function settleVolumes(
  chain: Chain,
  volumes: readonly VolumeSlots[],
  options: SendOptions = {},
): Promise<Sent> {
  const args = [volumes.map(encodeSettle)] as const
  const data = encodeFunctionData({ abi: storageMarketAbi, functionName: 'multicall', args })
  return sentOf(await send(chain, { to: chain.deployment.market, data }, options))
}

function encodeSettle({ volumeId, slots }: VolumeSlots): Hex {
  const mask = slots.reduce((sum, slot) => sum | (1n << BigInt(slot)), 0n)
  return encodeFunctionData({ abi: storageMarketAbi, functionName: 'settle', args: [volumeId, Number(mask)] })
}
