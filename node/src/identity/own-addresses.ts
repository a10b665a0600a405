import { CODE_IP4, CODE_IP6, CODE_TCP, CODE_UDP, multiaddr } from '@multiformats/multiaddr'
import { type PeerAddress, peerAddressOf } from '@storgo/sdk'
import { bytesToHex, hexToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

export type OwnAddresses = {
  operatorKey: Uint8Array
  /** Binary multiaddrs, as the registry has them. */
  registered: readonly Uint8Array[]
  /** Multiaddrs as the settings have them: listened on, and announced. */
  configured: readonly string[]
}

/** Everywhere a process with this provider's key may be reached, each once. Ports that the system chooses are left out. */
export function ownAddresses({ operatorKey, registered, configured }: OwnAddresses): PeerAddress {
  const { address: operator, publicKey } = privateKeyToAccount(bytesToHex(operatorKey))
  const addresses = [...registered, ...configured.flatMap((text) => dialable(text) ?? [])]
  const { multiaddrs, ...peer } = peerAddressOf({ operator, publicKey: hexToBytes(publicKey), addresses })
  return { ...peer, multiaddrs: [...new Map(multiaddrs.map((each) => [each.toString(), each])).values()] }
}

/** `undefined` if nobody can know the port. An address for all interfaces is reached at this machine's own. */
function dialable(text: string): Uint8Array | undefined {
  const components = multiaddr(text).getComponents()
  const isAnyPort = components.some(({ code, value }) => (code === CODE_TCP || code === CODE_UDP) && value === '0')
  if (isAnyPort) return undefined
  const named = components.map((component) => {
    const { code, value } = component
    const isIp = code === CODE_IP4 || code === CODE_IP6
    return isIp && value !== undefined ? `/${component.name}/${LOOPBACK[value] ?? value}` : textOf(component)
  })
  return multiaddr(named.join('')).bytes
}

function textOf({ name, value }: { name: string; value?: string }): string {
  return value === undefined ? `/${name}` : `/${name}/${value}`
}
