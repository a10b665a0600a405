import { storageMarketAbi } from '@storgo/contracts/abi'
import type { BlockNumber, Epoch } from '@storgo/protocol'
import type { Address, Hex } from 'viem'
import type { Chain } from './connect-chain.ts'
import { scanLogs } from './scan-logs.ts'

/** A slot paid for some of its epochs: from `fromEpoch` to before `toEpoch`, `provenEpochs` of which were proven. */
export type Settlement = {
  volumeId: bigint
  slot: number
  provider: Address
  fromEpoch: Epoch
  toEpoch: Epoch
  provenEpochs: number
  /** In the token's smallest unit: to the provider, and back to the volume's owner. */
  paid: bigint
  refunded: bigint
  block: BlockNumber
  transactionHash: Hex
}

/** Settlements in the order in which they were made, of one volume, one provider, or all. */
export async function* listSettlements(
  chain: Chain,
  { volumeId, provider, fromBlock }: { volumeId?: bigint; provider?: Address; fromBlock?: BlockNumber } = {},
): AsyncGenerator<Settlement, void> {
  const { publicClient, deployment } = chain
  const event = {
    address: deployment.market,
    abi: storageMarketAbi,
    eventName: 'SlotSettled',
    args: { ...(volumeId !== undefined && { volumeId }), ...(provider && { provider }) },
    strict: true,
  } as const
  const logs = scanLogs(chain, fromBlock, (range) => publicClient.getContractEvents({ ...event, ...range }))
  for await (const { args, blockNumber, transactionHash } of logs) {
    const { fromEpoch, toEpoch } = args
    const epochs = { fromEpoch: fromEpoch as Epoch, toEpoch: toEpoch as Epoch }
    yield { ...args, ...epochs, block: blockNumber as BlockNumber, transactionHash }
  }
}
