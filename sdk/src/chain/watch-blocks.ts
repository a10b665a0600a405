import type { BlockNumber, StorgoError } from '@storgo/protocol'
import type { Hex } from 'viem'
import { chainErrorOf } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { pause } from './pause.ts'

/** Longest pause between two looks at a chain that does not answer. */
const MAX_PAUSE_MS = 5_000

export type SeenBlock = { block: BlockNumber; timestampSeconds: bigint }

export type BlockWatcher = {
  /** The newest block, the first at once. Some are passed over when several come between two polls. */
  onBlock: (seen: SeenBlock) => void
  /** A block that was shown is no longer part of the chain. Comes before the block that shows it. */
  onReorganisation: (block: BlockNumber) => void
  /** The chain did not answer; the watch goes on. */
  onError: (error: StorgoError) => void
}

type Link = SeenBlock & { hash: Hex; parentHash: Hex }

/** Polls for new blocks until disposed; ever more slowly while the chain does not answer. */
export function watchBlocks(chain: Chain, watcher: BlockWatcher): Disposable {
  const stop = new AbortController()
  void watch(chain, watcher, stop.signal)
  return { [Symbol.dispose]: () => stop.abort() }
}

async function watch(chain: Chain, watcher: BlockWatcher, signal: AbortSignal): Promise<void> {
  const { pollingInterval } = chain.publicClient
  let pauseMs = pollingInterval
  let last: Link | undefined
  while (!signal.aborted) {
    try {
      const newest = await readLink(chain)
      if (signal.aborted) return
      if (newest !== undefined && newest.hash !== last?.hash) {
        const replaced = last !== undefined && !(await isAncestor(chain, last, newest))
        if (signal.aborted) return
        if (replaced && last !== undefined) watcher.onReorganisation(last.block)
        last = newest
        watcher.onBlock({ block: newest.block, timestampSeconds: newest.timestampSeconds })
      }
      pauseMs = pollingInterval
    } catch (error) {
      if (signal.aborted) return
      watcher.onError(chainErrorOf(error))
      pauseMs = Math.min(2 * pauseMs, Math.max(MAX_PAUSE_MS, pollingInterval))
    }
    await pause(pauseMs, signal).catch(() => {})
  }
}

/** Whether the chain that ends in `newest` has the block. */
async function isAncestor(chain: Chain, { block, hash }: Link, newest: Link): Promise<boolean> {
  if (newest.block <= block) return false
  if (newest.block === block + 1n) return newest.parentHash === hash
  return (await readLink(chain, block))?.hash === hash
}

/** Of the newest block without a number; `undefined` for one that the endpoint does not know. */
async function readLink({ publicClient }: Chain, blockNumber?: bigint): Promise<Link | undefined> {
  const found = await publicClient.getBlock(blockNumber === undefined ? { blockTag: 'latest' } : { blockNumber })
  const { number, hash, parentHash, timestamp } = found
  if (number === null || hash === null) return undefined
  return { block: number as BlockNumber, timestampSeconds: timestamp, hash, parentHash }
}
