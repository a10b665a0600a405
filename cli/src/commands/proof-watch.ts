import { setTimeout as delay } from 'node:timers/promises'
import type { BlockNumber } from '@storgo/protocol'
import { listProofs, onChain } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { parseAddress } from '../profile/parse-address.ts'
import { openSession } from '../profile/session.ts'
import { describeProof } from '../proof/describe-proof.ts'
import type { ProofWatchFlags } from '../tree/proof-commands.ts'

const POLL_MS = 1_000
/** Blocks that are looked at again, since a reorganisation may have brought a proof into one that had none. */
const AGAIN_BLOCKS = 16n
/** Proofs that are remembered as shown: more than so many blocks hold. */
const REMEMBERED = 10_000

/** Shows proofs as the chain takes them, one line each, until Ctrl-C. */
export async function proofWatch(context: Context, flags: ProofWatchFlags): Promise<undefined> {
  const { output, signal } = context
  const filter = flags.provider === undefined ? {} : { provider: parseAddress(flags.provider) }
  await using session = await openSession(context)
  const { chain } = session.storgo
  const { publicClient } = chain
  const shown = new Set<string>()
  const start = await onChain(() => publicClient.getBlockNumber())
  for (let from = start + 1n; ; ) {
    const tip = await onChain(() => publicClient.getBlockNumber())
    for await (const proof of listProofs(chain, { ...filter, fromBlock: from as BlockNumber })) {
      const key = `${proof.provider} ${proof.epoch} ${proof.transactionHash}`
      if (shown.has(key)) continue
      shown.add(key)
      const { gasUsed: gas } = await onChain(() => publicClient.getTransactionReceipt({ hash: proof.transactionHash }))
      output.data('storgo.proof.watch/1', { ...proof, gas }, describeProof(proof, gas))
    }
    for (const key of [...shown].slice(0, Math.max(0, shown.size - REMEMBERED))) shown.delete(key)
    const again = tip - AGAIN_BLOCKS
    from = again > start ? again : start + 1n
    await delay(POLL_MS, undefined, { signal })
  }
}
