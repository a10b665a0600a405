import { storageMarketAbi } from '@storgo/contracts/abi'
import { type Epoch, isStorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

export type Volume = {
  volumeId: bigint
  owner: Address
  k: number
  m: number
  /** Billed, per slot. */
  sectors: number
  /** Of the session key in force. */
  generation: number
  /** It counts from the next one on. */
  openedEpoch: Epoch
  /** First epoch that is not funded. */
  endEpoch: Epoch
  closed: boolean
  /** What is funded and not settled yet, in the token's smallest unit. */
  escrow: bigint
}

/** Reads a volume, or `undefined` if none has that id. */
export async function readVolume({ publicClient, deployment }: Chain, volumeId: bigint): Promise<Volume | undefined> {
  const call = { address: deployment.market, abi: storageMarketAbi, functionName: 'volume', args: [volumeId] } as const
  try {
    const { openedEpoch, endEpoch, ...volume } = await onChain(() => publicClient.readContract(call))
    return { volumeId, ...volume, openedEpoch: openedEpoch as Epoch, endEpoch: endEpoch as Epoch }
  } catch (error) {
    if (isStorgoError(error, 'VOLUME_UNKNOWN')) return undefined
    throw error
  }
}
