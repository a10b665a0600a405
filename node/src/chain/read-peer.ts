import { isStorgoError } from '@storgo/protocol'
import { type Chain, type PeerAddress, peerAddressOf, readProvider } from '@storgo/sdk'
import type { Address } from 'viem'

/** Where a provider is reached, `undefined` if the registry does not know it or what it says of it is no use. */
export async function readPeer(chain: Chain, operator: Address): Promise<PeerAddress | undefined> {
  const provider = await readProvider(chain, operator)
  try {
    return provider && peerAddressOf(provider)
  } catch (error) {
    if (isStorgoError(error, 'REQUEST_INVALID')) return undefined
    throw error
  }
}
