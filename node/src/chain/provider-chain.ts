import type { SigningDomain } from '@storgo/protocol'
import type { BlockWatcher, PeerAddress } from '@storgo/sdk'
import type { Address } from 'viem'
import type { NeighbourChain } from '../neighbours/neighbour-chain.ts'
import type { ChainHead, ProofChain } from '../prover/proof-chain.ts'
import type { SessionKey, VolumeFacts } from '../slots/volume-facts.ts'

type CallOptions = { signal: AbortSignal }

/** Everything a provider asks of the chain; the contracts and the RPC endpoint are behind it. */
export interface ProviderChain extends ProofChain, NeighbourChain {
  /** Domain of states, receipts and hellos. */
  readonly domain: SigningDomain
  readHead(options: CallOptions): Promise<ChainHead>
  watchBlocks(watcher: BlockWatcher): Disposable
  /** `undefined` if there is no such volume. */
  readFacts(volumeId: bigint, options: CallOptions): Promise<VolumeFacts | undefined>
  /** Epochs for which what was freed or replaced is kept. */
  readRetentionEpochs(options: CallOptions): Promise<number>
  readSessionKey(volumeId: bigint, generation: number, options: CallOptions): Promise<SessionKey>
  /** Volumes whose facts, or whose place in this provider's book, changed in these blocks, both included. */
  readChangedVolumes(blocks: { from: bigint; to: bigint }, options: CallOptions): Promise<Set<bigint>>
  /** Binary multiaddrs of a registered provider, `undefined` if it is none. */
  readAddresses(operator: Address, options: CallOptions): Promise<readonly Uint8Array[] | undefined>
  /** Where a provider is reached; `undefined` if it is none or what the registry has of it is no use. */
  readPeer(operator: Address, options: CallOptions): Promise<PeerAddress | undefined>
  /** Where registered providers are reached, at most `most` of them. */
  listPeers(most: number, options: CallOptions): Promise<PeerAddress[]>
  publishAddresses(addresses: readonly Uint8Array[], options: CallOptions): Promise<void>
}
