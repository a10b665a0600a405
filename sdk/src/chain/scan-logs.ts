import type { BlockNumber } from '@storgo/protocol'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** Blocks asked for at a time: endpoints refuse larger ranges. */
const RANGE = 10_000n

/** Goes through the chain's history from the deployment (or `fromBlock`) to now (or `toBlock`), range by range. */
export async function* scanLogs<Log>(
  { publicClient, deployment }: Chain,
  fromBlock: BlockNumber | undefined,
  read: (range: { fromBlock: bigint; toBlock: bigint }) => Promise<Log[]>,
  toBlock?: BlockNumber,
): AsyncGenerator<Log, void> {
  const tip = await onChain(() => publicClient.getBlockNumber())
  const last = toBlock !== undefined && toBlock < tip ? toBlock : tip
  for (let from = fromBlock ?? BigInt(deployment.block); from <= last; from += RANGE) {
    const end = from + RANGE - 1n
    yield* await onChain(() => read({ fromBlock: from, toBlock: end < last ? end : last }))
  }
}
