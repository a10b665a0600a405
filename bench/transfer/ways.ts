/** What 1 MiB requests are carried by; `listen` is where a peer of libp2p listens for it. */
export const WAYS = {
  'raw TCP socket': { kind: 'socket', tls: false },
  'node:tls socket': { kind: 'socket', tls: true },
  'native carrier': { kind: 'peer', listen: '/ip4/127.0.0.1/tcp/0', native: true },
  'libp2p TCP streams': { kind: 'peer', listen: '/ip4/127.0.0.1/tcp/0', native: false },
  'libp2p WebSocket streams': { kind: 'peer', listen: '/ip4/127.0.0.1/tcp/0/ws', native: false },
  'libp2p QUIC streams': { kind: 'peer', listen: '/ip4/127.0.0.1/udp/0/quic-v1', native: false },
} as const satisfies Record<string, Way>

export type Way = { kind: 'socket'; tls: boolean } | { kind: 'peer'; listen: string; native: boolean }
export type WayName = keyof typeof WAYS

/** Network of the peers: any will do, as no chain is asked. */
export const DOMAIN = { chainId: 31337, verifyingContract: '0x00000000000000000000000000000000000000F5' } as const
export const GET = '/storgo/bench-get/1.0.0'
export const PUT = '/storgo/bench-put/1.0.0'
