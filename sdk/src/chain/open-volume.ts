import { storageMarketAbi } from '@storgo/contracts/abi'
import { StorgoError } from '@storgo/protocol'
import { type Address, encodeFunctionData, parseEventLogs } from 'viem'
import type { Chain } from './connect-chain.ts'
import { sendWithPermit } from './send-with-permit.ts'
import { type Sent, sentOf } from './sent.ts'

export type OpenVolumeOptions = {
  /** Data and parity slots; k + m is the number of providers. */
  k: number
  m: number
  /** Billed, per slot. */
  sectors: number
  /** Paid in advance, from the next epoch on. */
  epochs: number
  /** Operators, by slot; all different. */
  providers: readonly Address[]
  /** Most that the volume may cost per epoch, in the token's smallest unit. */
  maxPricePerEpoch: bigint
  /** Address of the key that signs states, and until when, in Unix seconds. */
  sessionKey: Address
  sessionKeyExpiry: bigint
}

/**
 * Opens a volume and pays for it in one transaction, with a permit that the account signs.
 *
 * @throws {StorgoError} `PRICE_TOO_HIGH`, `INSUFFICIENT_FUNDS`, and as {@link send}: a provider may be unknown, have too
 * little free or too little stake.
 */
export async function openVolume(chain: Chain, options: OpenVolumeOptions): Promise<Sent & { volumeId: bigint }> {
  const open = encodeFunctionData({ abi: storageMarketAbi, functionName: 'open', args: [options] })
  const allowance = options.maxPricePerEpoch * BigInt(options.epochs)
  const receipt = await sendWithPermit(chain, { to: chain.deployment.market, allowance, calls: [open] })
  const [opened] = parseEventLogs({ abi: storageMarketAbi, eventName: 'VolumeOpened', logs: receipt.logs })
  if (!opened) throw new StorgoError('INTERNAL', 'The market did not say which volume it opened.')
  return { ...sentOf(receipt), volumeId: opened.args.volumeId }
}
