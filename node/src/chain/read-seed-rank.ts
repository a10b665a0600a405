import { providerRegistryAbi } from '@storgo/contracts/abi'
import { type Epoch, StorgoError } from '@storgo/protocol'
import type { Chain } from '@storgo/sdk'
import type { Address } from 'viem'
import { rankOf } from '../prover/proof-moment.ts'

const PAGE = 500n

/** A provider's place in the epoch's order of who stores the seed, among all that ever registered. */
export async function readSeedRank(
  chain: Chain,
  { operator, epoch }: { operator: Address; epoch: Epoch },
): Promise<number> {
  const operators: Address[] = []
  for (let page: readonly Address[] | undefined; page === undefined || page.length > 0; ) {
    page = await readPage(chain, BigInt(operators.length))
    operators.push(...page)
  }
  return rankOf(operator, operators, epoch)
}

async function readPage({ publicClient, deployment }: Chain, from: bigint): Promise<readonly Address[]> {
  const registry = { address: deployment.registry, abi: providerRegistryAbi } as const
  try {
    return await publicClient.readContract({ ...registry, functionName: 'providersAt', args: [from, PAGE] })
  } catch (cause) {
    throw new StorgoError('CHAIN_UNREACHABLE', 'The chain does not list the providers.', {}, { cause })
  }
}
