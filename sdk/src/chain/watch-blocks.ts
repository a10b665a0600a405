import type { BlockNumber, StorgoError } from '@storgo/protocol'
import { chainErrorOf } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

export type BlockWatcher = {
  /** The newest block, the first at once. Some are passed over when several come between two polls. */
  onBlock: (block: BlockNumber) => void
  /** The chain did not answer; the watch goes on. */
  onError: (error: StorgoError) => void
}

/** Polls for new blocks until disposed. */
export function watchBlocks({ publicClient }: Chain, { onBlock, onError }: BlockWatcher): Disposable {
  const stop = publicClient.watchBlockNumber({
    poll: true,
    emitOnBegin: true,
    onBlockNumber: (block) => onBlock(block as BlockNumber),
    onError: (error) => onError(chainErrorOf(error)),
  })
  return { [Symbol.dispose]: stop }
}
