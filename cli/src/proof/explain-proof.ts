import { proofOfStorageAbi } from '@storgo/contracts/abi'
import { type BlockNumber, type Epoch, firstBlockOf } from '@storgo/protocol'
import { type Chain, type EpochStatus, listProofs, onChain, type ProvenEpoch, type Provider } from '@storgo/sdk'
import type { Hex } from 'viem'
import { type Challenge, type ShownSample, shownSamples } from './shown-samples.ts'

/**
 * `proven`; `missed`: the epoch is over; `pending`: it is not; `void`: nobody proved it and no seed of it is known, which is nobody's fault;
 * `nothing`: the provider had nothing to prove.
 */
type ProofOutcome = 'proven' | 'missed' | 'pending' | 'void' | 'nothing'

/** What became of an epoch for one provider. What the chain does not tell any more is null. */
export type ExplainedProof = {
  provider: Provider['operator']
  epoch: number
  outcome: ProofOutcome
  block: bigint | null
  transactionHash: Hex | null
  gas: bigint | null
  billedSectors: bigint | null
  /** One for each challenge. */
  samples: ShownSample[] | null
}

/** The blocks of an epoch, and its seed if the chain still keeps it; the schedule reaches back as if it had always been the same. */
export type EpochFacts = {
  epoch: Epoch
  firstBlock: BlockNumber
  lastBlock: BlockNumber
  seed: Hex | null
  over: boolean
}

export async function epochFacts(chain: Chain, { schedule, block }: EpochStatus, epoch: Epoch): Promise<EpochFacts> {
  const firstBlock = firstBlockOf(epoch, schedule)
  const lastBlock = (firstBlockOf((epoch + 1) as Epoch, schedule) - 1n) as BlockNumber
  const call = { ...contract(chain), functionName: 'seedOf', args: [epoch] } as const
  const [known, seed] = await onChain(() => chain.publicClient.readContract(call))
  return { epoch, firstBlock, lastBlock, seed: known ? seed : null, over: block > lastBlock }
}

/** All proofs of an epoch, by provider. */
export async function proofsOf(chain: Chain, { epoch, firstBlock }: EpochFacts): Promise<Map<string, ProvenEpoch>> {
  const found = new Map<string, ProvenEpoch>()
  const fromBlock = (firstBlock > 0n ? firstBlock : 0n) as BlockNumber
  for await (const proof of listProofs(chain, { fromBlock })) {
    // A proof is made in its own epoch, so what follows is of later ones.
    if (proof.epoch > epoch) break
    if (proof.epoch === epoch) found.set(proof.provider, proof)
  }
  return found
}

export async function explainProof(
  chain: Chain,
  { operator: provider }: Provider,
  { facts, proofs }: { facts: EpochFacts; proofs: ReadonlyMap<string, ProvenEpoch> },
): Promise<ExplainedProof> {
  const { epoch, lastBlock, seed, over } = facts
  const nothing = { block: null, transactionHash: null, gas: null, samples: null }
  const proof = proofs.get(provider)
  if (proof === undefined) {
    const billed = await billedSectors(chain, provider, over ? lastBlock : undefined)
    const outcome =
      billed === 0n ? 'nothing' : !over ? 'pending' : seed === null && proofs.size === 0 ? 'void' : 'missed'
    return { provider, epoch, outcome, billedSectors: billed, ...nothing }
  }
  const { block, transactionHash, billedSectors: billed } = proof
  const [{ gasUsed: gas }, { input }, challenges] = await Promise.all([
    onChain(() => chain.publicClient.getTransactionReceipt({ hash: transactionHash })),
    onChain(() => chain.publicClient.getTransaction({ hash: transactionHash })),
    challengesAt(chain, proof),
  ])
  const samples = (challenges && shownSamples(input, challenges)) ?? null
  return { provider, epoch, outcome: 'proven', billedSectors: billed, block, transactionHash, gas, samples }
}

/** Where the challenges fell, of the books as they were; only for as long as the endpoint keeps old states of the chain. */
async function challengesAt(
  chain: Chain,
  { provider, epoch, samples, block }: ProvenEpoch,
): Promise<Challenge[] | undefined> {
  const read = async (i: number): Promise<Challenge> => {
    const call = {
      ...contract(chain),
      functionName: 'challenge',
      args: [provider, epoch, i],
      blockNumber: block,
    } as const
    const [volumeId, slot, n, offset] = await chain.publicClient.readContract(call)
    return { volumeId, slot, n, offset }
  }
  return Promise.all(Array.from({ length: samples }, (_, i) => read(i))).catch(() => undefined)
}

async function billedSectors(
  chain: Chain,
  provider: Provider['operator'],
  block: BlockNumber | undefined,
): Promise<bigint | null> {
  const at = block === undefined ? {} : { blockNumber: block }
  const call = { ...contract(chain), functionName: 'billedSectors', args: [provider], ...at } as const
  return chain.publicClient.readContract(call).then(BigInt, () => null)
}

const contract = ({ deployment }: Chain) => ({ address: deployment.proofs, abi: proofOfStorageAbi }) as const
