import { type BlockNumber, type Epoch, firstBlockOf } from '@storgo/protocol'
import { type Chain, listProofs, onChain, readEpoch } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { parseAddress } from '../profile/parse-address.ts'
import { openSession } from '../profile/session.ts'
import { describeProof } from '../proof/describe-proof.ts'
import { parseWhole } from '../quantities.ts'
import type { ProofLsFlags } from '../tree/proof-commands.ts'

const MAX_EPOCHS = 10_000

/** Lists proofs, newest first, one line each. */
export async function proofLs(context: Context, flags: ProofLsFlags): Promise<undefined> {
  const epochs = parseWhole(flags.epochs, { min: 1, max: MAX_EPOCHS })
  const filter = flags.provider === undefined ? {} : { provider: parseAddress(flags.provider) }
  await using session = await openSession(context)
  const { chain } = session.storgo
  const fromBlock = await firstBlockOfLast(chain, epochs)
  const proofs = (await Array.fromAsync(listProofs(chain, { ...filter, fromBlock }))).reverse()
  for (const proof of proofs) {
    const { gasUsed: gas } = await onChain(() =>
      chain.publicClient.getTransactionReceipt({ hash: proof.transactionHash }),
    )
    context.output.data('storgo.proof.ls/1', { ...proof, gas }, describeProof(proof, gas))
  }
  if (proofs.length === 0) context.output.note(`No proofs in the last ${epochs} epochs.`)
  return undefined
}

/** Where the last epochs, the current one included, began; the schedule reaches back as if it had always been the same. */
async function firstBlockOfLast(chain: Chain, epochs: number): Promise<BlockNumber> {
  const { epoch, schedule } = await readEpoch(chain)
  const block = firstBlockOf((epoch - epochs + 1) as Epoch, schedule)
  return block > 0n ? block : (0n as BlockNumber)
}
