import { deriveSessionKey } from '@storgo/protocol'
import type { Chain } from '../chain/connect-chain.ts'
import { listProviders } from '../chain/list-providers.ts'
import { openVolume } from '../chain/open-volume.ts'
import { quoteVolume } from '../chain/quote-volume.ts'
import { readParameter } from '../chain/read-parameter.ts'
import type { Sent } from '../chain/sent.ts'
import { type ChooseOptions, chooseProviders } from './choose-providers.ts'
import type { OpenOptions, VolumeOrder, VolumeQuote } from './storgo.ts'

const YEAR_SECONDS = 365n * 86_400n
type RecordOf = NonNullable<ChooseOptions['recordOf']>

/** A volume's first session key. */
const FIRST_GENERATION = 1

/** What a volume costs now at the providers that are named, or else at the cheapest. */
export async function quoteOrder(chain: Chain, order: VolumeOrder, recordOf: RecordOf): Promise<VolumeQuote> {
  const { k = 4, m = 2, sectors, epochs } = order
  const providers = order.providers ? [...order.providers] : await cheapest(chain, { count: k + m, sectors, recordOf })
  const pricePerEpoch = await quoteVolume(chain, { providers, sectors })
  return { k, m, sectors, epochs, providers, pricePerEpoch, total: pricePerEpoch * BigInt(epochs) }
}

/** Quotes and opens a volume whose first session key follows from the master key. */
export async function openOrder(
  chain: Chain,
  { masterKey, recordOf, ...options }: OpenOptions & { masterKey: Uint8Array; recordOf: RecordOf },
): Promise<VolumeQuote & Sent & { volumeId: bigint }> {
  const quote = await quoteOrder(chain, options, recordOf)
  const { k, m, sectors, epochs, providers } = quote
  const { timestamp } = await chain.publicClient.getBlock()
  const opened = await openVolume(chain, {
    ...{ k, m, sectors, epochs, providers },
    maxPricePerEpoch: options.maxPricePerEpoch ?? quote.pricePerEpoch,
    sessionKey: deriveSessionKey(masterKey, chain.deployment.chainId, FIRST_GENERATION).address,
    sessionKeyExpiry: options.sessionKeyExpiry ?? timestamp + YEAR_SECONDS,
  })
  return { ...quote, ...opened }
}

async function cheapest(chain: Chain, options: Omit<ChooseOptions, 'stakePerGiB'>) {
  const [providers, stakePerGiB] = await Promise.all([
    Array.fromAsync(listProviders(chain)),
    readParameter(chain, 'stakePerGiB'),
  ])
  return chooseProviders(providers, { ...options, stakePerGiB })
}
