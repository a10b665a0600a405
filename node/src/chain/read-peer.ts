import { isStorgoError } from '@storgo/protocol'
import { type Chain, listProviders, type PeerAddress, type Provider, peerAddressOf, readProvider } from '@storgo/sdk'
import type { Address } from 'viem'

/** Where a provider is reached, `undefined` if the registry does not know it or what it says of it is no use. */
export async function readPeer(chain: Chain, operator: Address): Promise<PeerAddress | undefined> {
  const provider = await readProvider(chain, operator)
  return provider && addressOf(provider)
}

/** Where registered providers are reached, at most `most`, in the order in which they registered. */
export async function listPeers(chain: Chain, most: number): Promise<PeerAddress[]> {
  const peers: PeerAddress[] = []
  for await (const provider of listProviders(chain)) {
    const address = addressOf(provider)
    if (address && address.multiaddrs.length > 0) peers.push(address)
    if (peers.length >= most) break
  }
  return peers
}

function addressOf(provider: Provider): PeerAddress | undefined {
  try {
    return peerAddressOf(provider)
  } catch (error) {
    if (isStorgoError(error, 'REQUEST_INVALID')) return undefined
    throw error
  }
}
