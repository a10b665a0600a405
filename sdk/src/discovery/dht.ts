import { identify } from '@libp2p/identify'
import type { Connection, PeerId } from '@libp2p/interface'
import { type KadDHT, kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { type Ping, ping } from '@libp2p/ping'
import type { SigningDomain } from '@storgo/protocol'
import type { Address } from 'viem'
import type { PeerExtension } from '../net/create-peer.ts'
import { MAX_ADDRESS_RECORD_BYTES, openAddressRecord, operatorOfAddressKey, sequenceOf } from './address-record.ts'
import { contactsOf } from './dht-contacts.ts'
import { dhtProtocolOf } from './dht-protocol.ts'
import { afterHello } from './greet-connections.ts'

/** For a request to a peer, connection and hello included: some eight round trips. Silent peers cost a query this long. */
const REQUEST_TIMEOUT = { minTimeout: 2_000, maxTimeout: 3_000 }

export type DhtOptions = {
  domain: SigningDomain
  /** Whether this peer keeps entries for others and answers them; else it only asks. */
  serve: boolean
  /** Whose address records are kept. */
  isProvider: (operator: Address) => Promise<boolean>
}

/**
 * A Kademlia DHT for the services of a libp2p peer; `of` it once that peer exists. @param greeted resolves when a connection
 * has completed hello; rejects when the signal aborts before.
 */
export function createDht(
  options: DhtOptions,
  greeted: (connection: Connection, signal?: AbortSignal) => Promise<void>,
): { services: PeerExtension['services']; of: () => KadDHT; ping: () => Ping } {
  let dht: KadDHT | undefined
  let pinging: Ping | undefined
  const create = kadDHT({
    protocol: dhtProtocolOf(options.domain),
    clientMode: !options.serve,
    // The default drops private addresses, so that nodes of one machine or site would see nobody.
    peerInfoMapper: passthroughMapper,
    networkDialTimeout: REQUEST_TIMEOUT,
    pingNewContactTimeout: REQUEST_TIMEOUT,
    pingOldContactTimeout: REQUEST_TIMEOUT,
    validators: { 'storgo-addr': (key, value) => validate(key, value, options) },
    selectors: { 'storgo-addr': (_, records) => newestOf(records) },
  })
  return {
    services: {
      identify: identify({ protocolPrefix: 'storgo' }),
      ping: (components) => {
        pinging = ping({ protocolPrefix: 'storgo' })(components)
        return pinging
      },
      dht: (components) => {
        // libp2p makes services in this order; its types do not say so.
        if (!pinging) throw new TypeError('the DHT needs the ping service')
        const { peerId, privateKey, addressManager, peerStore, datastore, events, logger } = components
        dht = create({
          ...{ peerId, privateKey, addressManager, peerStore, datastore, events, logger, ping: pinging },
          ...afterHello(components, greeted),
        })
        return dht
      },
    },
    of: () => {
      if (!dht) throw new TypeError('the peer of this DHT has not been created')
      return dht
    },
    ping: () => {
      if (!pinging) throw new TypeError('the peer of this DHT has not been created')
      return pinging
    },
  }
}

/** Upstream keeps peers that do not answer in its table for long, and every query waits for them. */
export function forget(dht: KadDHT, silent: PeerId): void {
  void contactsOf(dht)
    ?.remove(silent)
    .catch(() => {})
}

async function validate(key: Uint8Array, value: Uint8Array, { domain, isProvider }: DhtOptions): Promise<void> {
  if (value.length > MAX_ADDRESS_RECORD_BYTES) throw new RangeError('the record is too large')
  const operator = operatorOfAddressKey(key)
  openAddressRecord(value, { operator, domain, nowSeconds: Math.floor(Date.now() / 1000) })
  if (!(await isProvider(operator))) throw new RangeError('the record is of nobody registered')
}

/** Index of the record with the highest sequence; all of them have been validated. */
function newestOf(records: readonly Uint8Array[]): number {
  let newest = 0
  for (const [i, record] of records.entries()) {
    if (sequenceOf(record) > sequenceOf(records[newest] as Uint8Array)) newest = i
  }
  return newest
}
