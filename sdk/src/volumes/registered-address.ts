import { isStorgoError } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Chain } from '../chain/connect-chain.ts'
import { readProvider } from '../chain/read-provider.ts'
import { type PeerAddress, peerAddressOf } from '../net/peer-address.ts'

/** Where a provider is; `undefined` if the registry does not know it or what it says of it is no use. */
export async function registeredAddress(chain: Chain, operator: Address): Promise<PeerAddress | undefined> {
  const provider = await readProvider(chain, operator)
  try {
    return provider && peerAddressOf(provider)
  } catch (error) {
    if (isStorgoError(error, 'REQUEST_INVALID')) return undefined
    throw error
  }
}
