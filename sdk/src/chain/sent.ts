import type { BlockNumber } from '@storgo/protocol'
import type { Hex, TransactionReceipt } from 'viem'

/** A transaction that a block includes. */
export type Sent = { transactionHash: Hex; block: BlockNumber; gasUsed: bigint }

export function sentOf({ transactionHash, blockNumber, gasUsed }: TransactionReceipt): Sent {
  return { transactionHash, block: blockNumber as BlockNumber, gasUsed }
}
