import type { SigningDomain } from '@storgo/protocol'
import { Discovery, loadOptionalParts } from '@storgo/sdk/discovery'
import type { Address } from 'viem'
import type { NodeConfig } from '../config/schema.ts'
import type { Logger } from '../telemetry/logger.ts'

const REGISTRY_MS = 5_000

export type PrepareOptions = {
  config: NodeConfig['discovery']
  domain: SigningDomain
  isProvider: (operator: Address, options: { signal: AbortSignal }) => Promise<boolean>
  logger: Logger
}

/** A node's way of finding others, with what its settings add; to be attached to its peer. `undefined` if they switch it off. */
export async function prepareDiscovery({
  config,
  domain,
  isProvider,
  logger,
}: PrepareOptions): Promise<Discovery | undefined> {
  if (!config.dht) return undefined
  const { mdns, relay, relayServer, holePunching, upnp } = config
  const also = await loadOptionalParts({ mdns, relay, relayServer, holePunching, upnp }, domain)
  return new Discovery({
    ...{ domain, serve: true, also },
    isProvider: (operator) => isProvider(operator, { signal: AbortSignal.timeout(REGISTRY_MS) }),
    onFruitless: (lookup) => logger.debug(lookup, 'the address of a provider was not found in the DHT'),
  })
}
