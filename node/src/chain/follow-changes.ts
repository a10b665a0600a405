import type { ChainHead } from '../prover/proof-chain.ts'
import type { Logger } from '../telemetry/logger.ts'

const READ_TIMEOUT_MS = 10_000
/** Most blocks asked about at once; endpoints refuse more. */
const MAX_BLOCKS = 1_000n

export type ChangeFollower = {
  readChangedVolumes: (blocks: { from: bigint; to: bigint }, options: { signal: AbortSignal }) => Promise<Set<bigint>>
  forget: (volumeId: bigint) => void
  logger: Logger
}

/** Makes a listener for new heads that has every volume forgotten whose events are in the blocks since the last one. */
export function followChanges(
  head: ChainHead,
  { readChangedVolumes, forget, logger }: ChangeFollower,
): (head: ChainHead) => void {
  let next = head.block + 1n
  let busy = false

  async function follow(to: bigint): Promise<void> {
    while (next <= to) {
      const until = to - next >= MAX_BLOCKS ? next + MAX_BLOCKS - 1n : to
      const changed = await readChangedVolumes(
        { from: next, to: until },
        { signal: AbortSignal.timeout(READ_TIMEOUT_MS) },
      )
      for (const volumeId of changed) forget(volumeId)
      next = until + 1n
    }
  }

  return ({ block }) => {
    // After a reorganisation the chain may be shorter; what comes now has not been asked about.
    if (block + 1n < next) next = block + 1n
    if (busy || block < next) return
    busy = true
    follow(block)
      // The same blocks are asked about again with the next one.
      .catch((error: unknown) => logger.warn({ from: Number(next), error }, 'reading events failed'))
      .finally(() => {
        busy = false
      })
  }
}
