import type { ProviderChain } from '../chain/provider-chain.ts'
import type { NodeConfig } from '../config/schema.ts'
import { PeerSearch, type PeerSearchOptions } from './peer-search.ts'

export type SearchingOptions = Pick<
  PeerSearchOptions,
  'peer' | 'discovery' | 'guard' | 'operatorKey' | 'nowMs' | 'logger'
> & {
  /** Live: how often it looks is read each round. */
  config: NodeConfig['discovery']
  chain: Pick<ProviderChain, 'listPeers'>
}

/** Keeps this node among others, from now on: see {@link PeerSearch}. */
export function startSearching({ config, chain, ...options }: SearchingOptions): AsyncDisposable {
  const search = new PeerSearch({
    get intervalMs() {
      return config.intervalSeconds * 1000
    },
    listRegistered: (most, reading) => chain.listPeers(most, reading),
    configured: config.peers,
    random: Math.random,
    ...options,
  })
  search.start()
  return search
}
