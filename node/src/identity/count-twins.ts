import { randomBytes } from 'node:crypto'
import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { SigningDomain } from '@storgo/protocol'
import { createPeer, type PeerAddress } from '@storgo/sdk'

const AGENT = 'storgo-node/0.1.0'
/** Addresses of machines that are gone do not answer at all. */
const DIAL_TIMEOUT_MS = 3_000
/** How long our own side of a connection may take to show, once the other side of it has. */
const OWN_SIDE_MS = 2_000

export type TwinSearch = {
  /** Where this provider may be reached, as the registry and its own settings say. */
  at: PeerAddress
  domain: SigningDomain
  /** This node once it listens; without it whoever answers is somebody else. */
  own?: Libp2p | undefined
  signal: AbortSignal
}

/**
 * Looks whether another process runs with this provider's key: dials its addresses, each under a throw-away identity.
 * Whoever completes the handshake has proven to hold the key. Connections that arrive at this very node do not count.
 *
 * @returns at how many addresses another answered.
 */
export async function countTwins({ at, ...search }: TwinSearch): Promise<number> {
  const answers = await Promise.all(at.multiaddrs.map((address) => isTwinAt(address, search)))
  return answers.filter(Boolean).length
}

async function isTwinAt(address: Multiaddr, { domain, own, signal }: Omit<TwinSearch, 'at'>): Promise<boolean> {
  const identity = { privateKey: new Uint8Array(randomBytes(32)), domain, agent: AGENT }
  await using stranger = await createPeer({ identity })
  using arrival = arrivalOf(stranger.libp2p.peerId, own)
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)])
    // The address names the peer id, so the handshake fails with anybody else.
    await stranger.libp2p.dial(address, { signal: deadline })
  } catch {
    return false
  }
  return !(await arrival.hasCome())
}

/** Whether a connection of that peer arrives at this node, within a while. */
function arrivalOf(stranger: PeerId, own: Libp2p | undefined): Disposable & { hasCome: () => Promise<boolean> } {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const onOpen = ({ detail }: CustomEvent<Connection>) => {
    if (detail.remotePeer.equals(stranger)) resolve(true)
  }
  own?.addEventListener('connection:open', onOpen)
  let timer: NodeJS.Timeout | undefined
  return {
    hasCome() {
      if (own === undefined) return Promise.resolve(false)
      timer = setTimeout(() => resolve(false), OWN_SIDE_MS)
      return promise
    },
    [Symbol.dispose]() {
      clearTimeout(timer)
      own?.removeEventListener('connection:open', onOpen)
    },
  }
}
