import { connectionTo, type Peer, parsePeer } from '@storgo/sdk'
import { type FruitlessLookup, Publication } from '@storgo/sdk/discovery'
import type { Address } from 'viem'
import { askForAddress } from '../../../sdk/src/discovery/ask-for-address.ts'
import { ANeighbour } from '../../../sdk/src/discovery/fixtures/a-neighbour.ts'
import { aClient, DOMAIN } from '../../../sdk/src/net/fixtures/peers.ts'

/** Requests to a process of peers, one message each; the answer is one message, too. */
export type SwarmRequest =
  | { do: 'start'; peers: number }
  | { do: 'join'; addresses: Place[][] }
  | { do: 'publish' }
  | { do: 'report' }
  | { do: 'lookup'; lookups: { by: number; wanted: Place }[] }
  | { do: 'lookupAsClient'; known: Place[]; wanted: Place[] }
export type Place = { peerId: string; operator: Address; multiaddrs: string[] }
/** `inVain`: of one that did not find the address. `isLate`: the time was over before it came to an end. */
export type Lookup = { ms: number; inVain?: { isLate: boolean; why: string } }
/** How many peers keep each of the records that were put. */
export type Published = { kept: number[] }
export type SwarmReport = { contacts: number[]; residentBytes: number }

/** A peer is tried so often: on a busy machine connections time out. */
const JOIN_ATTEMPTS = 5
/** Of these a client connects to, before it looks anybody up. */
const FIRST_OF_CLIENT = 3
/** As long as clients give the DHT. */
const CLIENT_MS = 2_000

type Node = { neighbour: ANeighbour; publication: Publication; fruitless: FruitlessLookup | undefined }
const nodes: Node[] = []

async function start(peers: number): Promise<Place[]> {
  for (let i = 0; i < peers; i++) {
    const onFruitless = (lookup: FruitlessLookup) => {
      node.fruitless = lookup
    }
    const node: Node = {
      neighbour: await ANeighbour.start({ onFruitless }),
      publication: new Publication(),
      fruitless: undefined,
    }
    nodes.push(node)
  }
  return nodes.map(({ neighbour: { address } }) => ({
    ...{ peerId: address.peerId.toString(), operator: address.operator },
    multiaddrs: address.multiaddrs.map(String),
  }))
}

/** Each node connects to those that are named for it, or at least to one of them. */
async function join(addresses: Place[][]): Promise<void> {
  for (const [i, { neighbour }] of nodes.entries()) {
    const known = addresses[i] ?? []
    const isIn = () => known.length === 0 || neighbour.peer.libp2p.getPeers().length > 0
    for (let attempt = 0; attempt === 0 || (attempt < JOIN_ATTEMPTS && !isIn()); attempt++) {
      for (const place of known) await reach(neighbour.peer, place)
    }
    if (!isIn()) throw new Error('a node has not reached any of those it was told of')
  }
}

async function reach(peer: Peer, { peerId, multiaddrs }: Place): Promise<boolean> {
  const to = parsePeer(peerId, multiaddrs)
  if (!to) throw new Error('a place of this test is a peer')
  return connectionTo(peer, to).then(
    () => true,
    () => false,
  )
}

/** What every node does once a minute: it puts its record where others look for it, if that is due. */
async function publish(): Promise<Published> {
  const kept: number[] = []
  for (const { neighbour, publication } of nodes) {
    const { discovery, peer, key } = neighbour
    const addresses = peer.libp2p.getMultiaddrs().join(' ')
    const state = { nowMs: performance.now(), addresses, contacts: discovery.contacts }
    if (!publication.isDue(state)) continue
    const count = await discovery.publishAddress(peer, key)
    publication.done(state, count)
    kept.push(count)
  }
  return { kept }
}

async function lookUp({ by, wanted }: { by: number; wanted: Place }): Promise<Lookup> {
  const node = nodes[by]
  if (!node) throw new Error('there is no such node')
  const startedMs = performance.now()
  const found = await node.neighbour.discovery.findAddress(wanted.operator)
  const ms = performance.now() - startedMs
  if (found?.multiaddrs.join() === wanted.multiaddrs.join()) return { ms }
  const why = found ? { found: found.multiaddrs.join() } : node.fruitless
  const isLate = !found && node.fruitless?.reason === 'out-of-time'
  return { ms, inVain: { isLate, why: JSON.stringify({ ...why, contacts: node.neighbour.discovery.contacts }) } }
}

/** By a client that has just come and knows what the registry says, dead providers included. */
async function lookUpAsClient({ known, wanted }: { known: Place[]; wanted: Place[] }): Promise<Lookup[]> {
  const lookups: Lookup[] = []
  const client = await aClient()
  try {
    let reached = 0
    for (const place of known) if (reached < FIRST_OF_CLIENT && (await reach(client, place))) reached++
    for (const { operator, multiaddrs } of wanted) {
      const startedMs = performance.now()
      const signal = AbortSignal.timeout(CLIENT_MS)
      const asked = { peer: client, domain: DOMAIN, operator, isProvider: async () => true, signal }
      const found = await askForAddress(asked).catch(() => undefined)
      const ms = performance.now() - startedMs
      if (found?.multiaddrs.join() === multiaddrs.join()) lookups.push({ ms })
      else {
        const why = JSON.stringify({ operator, reached, found: found?.multiaddrs.join() ?? 'nowhere' })
        lookups.push({ ms, inVain: { isLate: signal.aborted, why } })
      }
    }
  } finally {
    await client[Symbol.asyncDispose]()
  }
  return lookups
}

async function report(): Promise<SwarmReport> {
  return {
    contacts: nodes.map(({ neighbour }) => neighbour.discovery.contacts),
    residentBytes: process.memoryUsage.rss(),
  }
}

async function answer(request: SwarmRequest): Promise<unknown> {
  if (request.do === 'start') return start(request.peers)
  if (request.do === 'join') return join(request.addresses)
  if (request.do === 'publish') return publish()
  if (request.do === 'report') return report()
  if (request.do === 'lookupAsClient') return lookUpAsClient(request)
  const lookups: Lookup[] = []
  // One after the other: with many at once the machine would be measured, not the network.
  for (const lookup of request.lookups) lookups.push(await lookUp(lookup))
  return lookups
}

process.on('message', (request: SwarmRequest) => {
  answer(request).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
