import { type Epoch, StorgoError } from '@storgo/protocol'
import { listProviders, readEpoch } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { type EpochFacts, type ExplainedProof, epochFacts, explainProof, proofsOf } from '../proof/explain-proof.ts'
import type { ShownSample } from '../proof/shown-samples.ts'
import { registeredProvider } from '../provider/chosen-providers.ts'
import { parseWhole } from '../quantities.ts'
import { table } from '../table.ts'
import type { ProofExplainFlags } from '../tree/proof-commands.ts'

const OUTCOMES = {
  proven: 'proven',
  missed: 'missed: it had to prove and did not',
  pending: 'not proven yet: the epoch is not over',
  void: 'void: nobody proved it and no seed of it is known, so nobody is paid or blamed',
  nothing: 'it had nothing to prove',
} as const

/** Tells what became of an epoch: who proved what, each challenged leaf checked once more. */
export async function proofExplain(context: Context, text: string, flags: ProofExplainFlags): Promise<undefined> {
  const { output } = context
  const named = text === 'now' ? undefined : parseWhole(text, { min: 1, max: 2 ** 32 - 2 })
  await using session = await openSession(context)
  const { chain } = session.storgo
  const now = await readEpoch(chain)
  const epoch = (named ?? now.epoch) as Epoch
  if (epoch > now.epoch)
    throw new StorgoError('REQUEST_INVALID', `epoch ${epoch} has not begun; it is epoch ${now.epoch}`, {
      next: `storgo proof explain ${now.epoch}`,
    })
  const facts = await epochFacts(chain, now, epoch)
  const providers =
    flags.provider === undefined
      ? await Array.fromAsync(listProviders(chain))
      : [await registeredProvider(chain, flags.provider)]
  const proven = await proofsOf(chain, facts)
  if (!output.json) output.note(describeEpoch(facts, proven.size))
  for (const provider of providers) {
    const explained = await explainProof(chain, provider, { facts, proofs: proven })
    const { firstBlock, lastBlock, seed, over } = facts
    const record = { ...explained, firstBlock, lastBlock, seed, over }
    output.data('storgo.proof.explain/1', record, describe(explained, flags.provider !== undefined))
  }
}

function describeEpoch({ epoch, firstBlock, lastBlock, seed, over }: EpochFacts, proofs: number): string {
  const seeded =
    seed === null ? (proofs > 0 ? 'its seed is not kept any more' : 'no seed of it is known') : `seed ${seed}`
  return `Epoch ${epoch}: blocks ${firstBlock} to ${lastBlock}${over ? '' : ', not over yet'}; ${seeded}.`
}

function describe(explained: ExplainedProof, inFull: boolean): string {
  const { provider, outcome, samples, gas, block, billedSectors } = explained
  if (outcome !== 'proven') return `✖ ${provider}  ${OUTCOMES[outcome]}`.replace('✖', outcome === 'missed' ? '✖' : '·')
  const shown =
    samples === null ? 'its samples cannot be looked up any more' : `${samples.length} samples, ${verdict(samples)}`
  const line = `✔ ${provider}  ${billedSectors} MiB proven in block ${block} with ${gas} gas; ${shown}`
  if (!inFull || samples === null) return line
  const rows = samples.map(({ sample, volumeId, slot, nonce, sector, leaf, verified }) => [
    ...[verified ? '✔' : '✖', String(sample), String(volumeId), String(slot)],
    ...[nonce === 0n ? 'none yet' : String(nonce), text(sector), text(leaf)],
  ])
  return `${line}\n\n${table([['', 'sample', 'volume', 'slot', 'state', 'sector', 'leaf'], ...rows])}`
}

function verdict(samples: readonly ShownSample[]): string {
  const wrong = samples.filter(({ verified }) => !verified).length
  return wrong === 0 ? 'all lead to what the clients signed' : `${wrong} do NOT lead to what the clients signed`
}

const text = (value: number | null) => (value === null ? '' : String(value))
