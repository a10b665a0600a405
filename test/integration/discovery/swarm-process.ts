import { randomBytes } from 'node:crypto'
import { answerHello, connectionTo, createPeer, operatorOf, type Peer, parsePeer } from '@storgo/sdk'
import { Discovery } from '@storgo/sdk/discovery'
import type { Address } from 'viem'

/** Requests to a process of peers, one JSON line each; the answer is one line, too. */
export type SwarmRequest =
  | { do: 'start'; peers: number }
  | { do: 'join'; addresses: Place[][] }
  | { do: 'publish' }
  | { do: 'report' }
  | { do: 'lookup'; operators: { operator: Address; at: string[] }[] }
export type Place = { peerId: string; operator: Address; multiaddrs: string[] }
export type Lookup = { found: boolean; ms: number }
export type SwarmReport = { contacts: number[]; residentBytes: number }

const domain = { chainId: 31337, verifyingContract: '0x00000000000000000000000000000000000000F5' } as const
const isProvider = async () => true

type Node = { peer: Peer; discovery: Discovery; key: Uint8Array }
const nodes: Node[] = []

async function aNode(): Promise<Node> {
  const key = new Uint8Array(randomBytes(32))
  const discovery = new Discovery({ domain, serve: true, isProvider })
  const peer = await createPeer({
    ...{ identity: { privateKey: key, domain, agent: 'swarm/1' }, privateKey: key, extension: discovery.extension },
    listen: ['/ip4/127.0.0.1/tcp/0'],
    // All on one machine: they are slow together, and have one address.
    limits: { inboundConnectionThreshold: Number.POSITIVE_INFINITY, dialTimeoutMs: 20_000, helloTimeoutMs: 20_000 },
    beforeListening: async (made) => {
      discovery.attach(made)
      await answerHello(made, { isProvider, timeoutMs: 20_000 })
    },
  })
  return { peer, discovery, key }
}

function placeOf({ peer: { libp2p } }: Node): Place {
  const operator = operatorOf(libp2p.peerId)
  if (!operator) throw new Error('a node of this test has an operator key')
  return { peerId: libp2p.peerId.toString(), operator, multiaddrs: libp2p.getMultiaddrs().map(String) }
}

const HANDLERS = {
  start: async ({ peers }: { peers: number }): Promise<Place[]> => {
    for (let i = 0; i < peers; i++) nodes.push(await aNode())
    return nodes.map(placeOf)
  },
  /** Each node connects to those that are named for it. */
  join: async ({ addresses }: { addresses: Place[][] }): Promise<number> => {
    let joined = 0
    for (const [i, { peer }] of nodes.entries()) {
      for (const { peerId, multiaddrs } of addresses[i] ?? []) {
        const to = parsePeer(peerId, multiaddrs)
        // One that fails on a busy machine is no matter, as long as each node gets in.
        if (to)
          await connectionTo(peer, to).then(
            () => joined++,
            (error: unknown) => console.error(String(error)),
          )
      }
    }
    if (nodes.some(({ peer }, i) => addresses[i]?.length && peer.libp2p.getPeers().length === 0)) {
      throw new Error('a node has not reached any of those it was told of')
    }
    return joined
  },
  publish: async (): Promise<number[]> => {
    const kept: number[] = []
    for (const { discovery, peer, key } of nodes) kept.push(await discovery.publishAddress(peer, key))
    return kept
  },
  report: async (): Promise<SwarmReport> => {
    const reports = await Promise.all(nodes.map(({ discovery, peer }) => discovery.report(peer.libp2p.peerId)))
    return { contacts: reports.map(({ contacts }) => contacts), residentBytes: process.memoryUsage.rss() }
  },
  /** Each from another node, one after the other. */
  lookup: async ({ operators }: { operators: { operator: Address; at: string[] }[] }): Promise<Lookup[]> => {
    const lookups: Lookup[] = []
    for (const [i, { operator, at }] of operators.entries()) {
      const startedMs = performance.now()
      const found = await nodes[i % nodes.length]?.discovery.findAddress(operator)
      const isRight = found?.multiaddrs.map(String).join() === at.join()
      lookups.push({ found: isRight, ms: performance.now() - startedMs })
    }
    return lookups
  },
}

async function answer(request: SwarmRequest): Promise<unknown> {
  if (request.do === 'start') return HANDLERS.start(request)
  if (request.do === 'join') return HANDLERS.join(request)
  if (request.do === 'lookup') return HANDLERS.lookup(request)
  return HANDLERS[request.do]()
}

process.on('message', (request: SwarmRequest) => {
  answer(request).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
