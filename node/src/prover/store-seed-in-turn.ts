import type { Logger } from '../telemetry/logger.ts'
import type { ChainHead, ProofChain } from './proof-chain.ts'
import { isTurnForSeed } from './proof-moment.ts'

const READ_TIMEOUT_MS = 30_000
/** Blocks within which the transaction is of use: later somebody else has done it. */
const SEED_BLOCKS = 8n

/** Stores the epoch's seed if it is this provider's turn. */
export async function storeSeedInTurn(
  { chain, logger }: { chain: ProofChain; logger: Logger },
  head: ChainHead,
  stop: AbortSignal,
): Promise<void> {
  const { epoch } = head
  const reading = () => ({ signal: AbortSignal.any([stop, AbortSignal.timeout(READ_TIMEOUT_MS)]) })
  if (!isTurnForSeed(head, await chain.seedRank(epoch, reading()))) return
  try {
    await chain.storeSeed(epoch, { signal: stop, lastBlock: head.block + SEED_BLOCKS })
    logger.info({ epoch }, 'seed stored')
  } catch (error) {
    stop.throwIfAborted()
    // Whoever was faster has done the same.
    if ((await chain.readSeed(epoch, reading())) === undefined) throw error
    logger.debug({ epoch }, 'seed was stored by another')
  }
}
