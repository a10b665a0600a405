import { providerRegistryAbi } from '@storgo/contracts/abi'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { type Provider, readProvider } from './read-provider.ts'

const PAGE = 50n

/** All registered providers, in the order in which they registered; those that have left are among them. */
export async function* listProviders(chain: Chain): AsyncGenerator<Provider, void> {
  const { publicClient, deployment } = chain
  const registry = { address: deployment.registry, abi: providerRegistryAbi } as const
  for (let from = 0n; ; from += PAGE) {
    const page = { ...registry, functionName: 'providersAt', args: [from, PAGE] } as const
    const operators = await onChain(() => publicClient.readContract(page))
    const providers = await Promise.all(operators.map((operator) => readProvider(chain, operator)))
    for (const provider of providers) if (provider) yield provider
    if (operators.length < PAGE) return
  }
}
