import { connectChain, type Deployment, registerProvider } from '@storgo/sdk'
import { parseEther } from 'viem'
import { accounts, privateKeyOf } from './accounts.ts'

/** Covers the minimum and, at 10 STOR for a GiB, all that a provider offers. */
const STAKE_STOR = '2000'
/** For a sector (1 MiB) and epoch: about 1 STOR for a GiB. */
const PRICE_STOR = '0.001'
const POLL_MS = 50

export type RegisterProvidersOptions = { rpcUrl: string; deployment: Deployment; capacitySectors: number }

/** Registers every operator for its owner, with a stake and an ask. Owners differ, so none waits for another. */
export async function registerProviders({
  rpcUrl,
  deployment,
  capacitySectors,
}: RegisterProvidersOptions): Promise<void> {
  const ask = { pricePerSectorEpoch: parseEther(PRICE_STOR), freeSectors: capacitySectors, minSectors: 1 }
  await Promise.all(
    accounts.operators.map(async (operator, index) => {
      const account = accounts.owners[index]
      const chain = await connectChain({ rpcUrl, deployment, account, pollingIntervalMs: POLL_MS })
      // The node publishes its addresses itself, once it knows its port.
      await registerProvider(chain, {
        operatorKey: privateKeyOf(operator),
        addresses: [],
        stake: parseEther(STAKE_STOR),
        ask,
      })
    }),
  )
}
