import { type BlockNumber, type Epoch, firstBlockOf } from '@storgo/protocol'
import { type Chain, listProofs, onChain, readEpoch } from '@storgo/sdk'
import type { Address } from 'viem'

/** What proofs of late have cost, in wei for an epoch. */
export type ProofCosts = { proofs: number; weiPerEpoch: bigint }

/** What each provider paid for its proofs of the last whole `epochs`, on average for one that it proved in. */
export async function proofCosts(chain: Chain, epochs: number): Promise<ReadonlyMap<Address, ProofCosts>> {
  const { epoch, schedule } = await readEpoch(chain)
  const first = firstBlockOf((epoch - epochs) as Epoch, schedule)
  const fromBlock = (first > 0n ? first : 0n) as BlockNumber
  const sums = new Map<Address, { proofs: number; wei: bigint }>()
  for await (const { provider, transactionHash: hash } of listProofs(chain, { fromBlock })) {
    const { gasUsed, effectiveGasPrice } = await onChain(() => chain.publicClient.getTransactionReceipt({ hash }))
    const { proofs, wei } = sums.get(provider) ?? { proofs: 0, wei: 0n }
    sums.set(provider, { proofs: proofs + 1, wei: wei + gasUsed * effectiveGasPrice })
  }
  return new Map(
    [...sums].map(([provider, { proofs, wei }]) => [provider, { proofs, weiPerEpoch: wei / BigInt(proofs) }]),
  )
}
