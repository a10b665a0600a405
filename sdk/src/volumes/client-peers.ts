import { deriveSessionKey, StorgoError } from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import type { Chain } from '../chain/connect-chain.ts'
import { isProvider } from '../chain/is-provider.ts'
import type { Provider } from '../chain/read-provider.ts'
import { readSessionKey } from '../chain/read-session-key.ts'
import type { Volume } from '../chain/read-volume.ts'
import { askForAddress } from '../discovery/ask-for-address.ts'
import { findMovedPeer } from '../discovery/find-moved-peer.ts'
import type { PeerRecord } from '../discovery/peer-record.ts'
import { PeerRecords } from '../discovery/peer-records.ts'
import { createPeer, type Peer } from '../net/create-peer.ts'
import { peerIdOf } from '../net/peer-id.ts'
import { registeredAddress } from './registered-address.ts'

const AGENT = 'storgo-sdk/0.1.0'

/**
 * A client's peers: one for each session key, whose hello names the key, which opens all volumes of that generation. They
 * share what is known of providers, and find those that have moved.
 */
export class ClientPeers implements AsyncDisposable {
  readonly #chain: Chain
  readonly #masterKey: () => Uint8Array
  readonly #peers = new Map<number, Promise<Peer>>()
  readonly #records = new PeerRecords()

  /** @param masterKey asked when a peer is needed; may throw. */
  constructor(chain: Chain, masterKey: () => Uint8Array) {
    this.#chain = chain
    this.#masterKey = masterKey
  }

  /** @throws {StorgoError} `ACCESS_DENIED` if the volume's session key is of another master key. */
  async for({ volumeId, generation }: Volume): Promise<Peer> {
    const { chainId } = this.#chain.deployment
    const { privateKey, address } = deriveSessionKey(this.#masterKey(), chainId, generation)
    const named = await readSessionKey(this.#chain, { volumeId, generation })
    if (!named || !isAddressEqual(named.address, address)) {
      const details = { volumeId, generation }
      throw new StorgoError('ACCESS_DENIED', `volume ${volumeId} is not one of this master key`, details)
    }
    const known = this.#peers.get(generation)
    if (known) return known
    const peer = this.#create(privateKey)
    this.#peers.set(generation, peer)
    return peer
  }

  /** How a provider has done so far; `undefined` if this client has not asked it anything. */
  recordOf({ publicKey }: Pick<Provider, 'publicKey'>): PeerRecord | undefined {
    // The curve is work, and there may be thousands of providers.
    return this.#records.size === 0 ? undefined : this.#records.recordOf(peerIdOf(publicKey))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#peers.values()].map(async (peer) => (await peer)[Symbol.asyncDispose]()))
  }

  #create(privateKey: Uint8Array): Promise<Peer> {
    const chain = this.#chain
    const { domain } = chain
    const dht = async (operator: Address, signal: AbortSignal) => {
      const isKnown = (account: Address) => isProvider(chain, account)
      return askForAddress({ ...{ peer: await peer, domain, operator, signal }, isProvider: isKnown })
    }
    const peer = createPeer({
      identity: { privateKey, domain, agent: AGENT },
      guard: this.#records,
      findPeer: findMovedPeer({
        dht,
        registry: (operator) => registeredAddress(chain, operator),
        nowMs: () => performance.now(),
      }),
    })
    return peer
  }
}
