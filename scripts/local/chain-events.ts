import { setTimeout as delay } from 'node:timers/promises'
import { proofOfStorageAbi, storageMarketAbi } from '@storgo/contracts/abi'
import type { Chain } from '@storgo/sdk'
import { type Address, parseEventLogs } from 'viem'

const POLL_MS = 250

/** What happens on chain in the course of an epoch. Amounts in STOR's smallest unit. */
export type ChainEvent =
  | { kind: 'seed'; epoch: number; block: bigint }
  | { kind: 'proof'; epoch: number; provider: Address; billedSectors: bigint; samples: number; gas: bigint }
  | {
      kind: 'settlement'
      volumeId: bigint
      slot: number
      provider: Address
      fromEpoch: number
      toEpoch: number
      provenEpochs: number
      paid: bigint
      refunded: bigint
    }

/** Every event from `fromBlock` on, as blocks come in, in chain order. Ends when `signal` aborts. */
export async function* chainEvents(chain: Chain, fromBlock: bigint, signal: AbortSignal): AsyncGenerator<ChainEvent> {
  for (let next = fromBlock; !signal.aborted; ) {
    const last = await chain.publicClient.getBlockNumber()
    if (last < next) {
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
      continue
    }
    yield* eventsOf(chain, next, last)
    next = last + 1n
  }
}

/** The events of a range of blocks, both ends included, in chain order. */
export async function* eventsOf(
  { publicClient, deployment }: Chain,
  fromBlock: bigint,
  toBlock: bigint,
): AsyncGenerator<ChainEvent> {
  const abi = [...storageMarketAbi, ...proofOfStorageAbi] as const
  const logs = await publicClient.getLogs({ address: [deployment.market, deployment.proofs], fromBlock, toBlock })
  for (const log of parseEventLogs({ abi, logs, eventName: ['SeedStored', 'EpochProven', 'SlotSettled'] })) {
    if (log.eventName === 'SeedStored') yield { kind: 'seed', epoch: log.args.epoch, block: log.blockNumber }
    else if (log.eventName === 'SlotSettled') yield { kind: 'settlement', ...log.args }
    else {
      const { gasUsed } = await publicClient.getTransactionReceipt({ hash: log.transactionHash })
      yield { kind: 'proof', ...log.args, gas: gasUsed }
    }
  }
}
