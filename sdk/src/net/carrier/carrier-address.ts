import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { StorgoError } from '@storgo/protocol'
import type { CarrierAddress } from './carrier.ts'

const NAMES = ['ip4', 'ip6', 'dns', 'dns4', 'dns6']

/** Where the peer of an open connection takes native carriers; `undefined` if it cannot be reached like that. */
export function carrierAddressOf({ remoteAddr, limits }: Connection, port: number): CarrierAddress | undefined {
  const [first] = remoteAddr.getComponents()
  const isRelayed = limits !== undefined || remoteAddr.getComponents().some(({ name }) => name === 'p2p-circuit')
  if (port === 0 || isRelayed || !first?.value || !NAMES.includes(first.name)) return undefined
  return { host: first.value, port }
}

/** @throws {StorgoError} `CONFIG_INVALID` for anything but an IP address with a TCP port, as in `/ip4/0.0.0.0/tcp/4002`. */
export function parseCarrierListen(text: string): CarrierAddress {
  try {
    const [ip, tcp, ...rest] = multiaddr(text).getComponents()
    const isAddress = (ip?.name === 'ip4' || ip?.name === 'ip6') && tcp?.name === 'tcp' && rest.length === 0
    if (isAddress && ip.value && tcp.value) return { host: ip.value, port: Number(tcp.value) }
  } catch {
    // Says the same as below.
  }
  throw new StorgoError('CONFIG_INVALID', `Not an address for carriers: ${text}.`, { text })
}
