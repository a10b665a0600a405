import type { Libp2pEvents, Listener, TypedEventTarget } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'

type Components = { events: TypedEventTarget<Libp2pEvents>; addressManager: AddressManager }

/**
 * A service of libp2p that has it announce every address it listens on. By itself it announces a public one only once a
 * stranger has dialled it on request (AutoNAT), which a small network has nobody for: a provider with an address of its own
 * on the internet would never say where it is. Private addresses are announced without it.
 */
export function announceOwnAddresses({ events, addressManager }: Components): object {
  const confirm = (listener: Listener) => {
    for (const address of listener.getAddrs()) addressManager.confirmObservedAddr(address, { type: 'transport' })
  }
  events.addEventListener('transport:listening', ({ detail: listener }) => confirm(listener))
  return {}
}
