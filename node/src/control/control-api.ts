import { type ErrorCode, isStorgoError, StorgoError } from '@storgo/protocol'
import { connectionTo, type Peer, type PeerAddress, parsePeer } from '@storgo/sdk'
import { type Discovery, parseManifest } from '@storgo/sdk/discovery'
import { type Address, getAddress, isAddress } from 'viem'
import { z } from 'zod'
import type { NodeGuard } from '../peers/node-guard.ts'
import { bandwidthOf } from './bandwidth.ts'
import { peerViews } from './net-report.ts'
import { knownPlace, type PeerSources, tracePeer } from './trace-peer.ts'

/** A request below `/v1/`: its body parsed from JSON, if it had one. */
type ApiRequest = { method: string; path: string; authorization: string | undefined; body: unknown }
type ApiAnswer = { code: number; value: unknown }
export type Api = (request: ApiRequest) => Promise<ApiAnswer>

const PINGS = 5
const ASK_MS = 10_000

export type ControlOptions = {
  peer: Peer
  guard: NodeGuard
  discovery: Discovery | undefined
  registry: (operator: Address, options: { signal: AbortSignal }) => Promise<PeerAddress | undefined>
  mayControl: (authorization: string | undefined) => boolean
}

const peerText = z.strictObject({ peer: z.string().min(1).max(128) })
const banText = peerText.extend({
  reason: z.string().min(1).max(200).default('by hand'),
  seconds: z.int().min(1).max(315_360_000).optional(),
})
const keyText = z.strictObject({ key: z.string().min(1).max(256) })

/**
 * What a node tells of its network (`GET /v1/net/…`, for whoever reaches its HTTP server), and what the holder of its control
 * token may have it do (`POST /v1/control/…`): docs/peers.md.
 */
export function controlApi(options: ControlOptions): Api {
  const { mayControl } = options
  const reports = netReports(options)
  const actions = netActions(options)
  return async ({ method, path, authorization, body }) => {
    try {
      const report = reports[path]
      if (report && method === 'GET') return { code: 200, value: await report() }
      const action = actions[path]
      if (!action || method !== 'POST') return { code: 404, value: failure('REQUEST_INVALID', `there is no ${path}`) }
      if (!mayControl(authorization))
        return { code: 401, value: failure('ACCESS_DENIED', 'the control token is missing') }
      return { code: 200, value: await action(body) }
    } catch (error) {
      if (error instanceof z.ZodError) return { code: 400, value: failure('REQUEST_INVALID', z.prettifyError(error)) }
      if (isStorgoError(error)) return { code: 422, value: failure(error.code, error.message) }
      throw error
    }
  }
}

function netReports({ peer, guard, discovery }: ControlOptions): Record<string, () => Promise<unknown>> {
  return {
    '/v1/net/peers': async () => ({ peers: peerViews(peer, guard) }),
    '/v1/net/bans': async () => ({ bans: guard.bans.list() }),
    '/v1/net/bandwidth': async () => bandwidthOf(guard.book.all()),
    '/v1/net/dht': async () => {
      if (!discovery) throw new StorgoError('CONFIG_INVALID', 'The DHT is switched off: discovery.dht.')
      return discovery.report(peer.libp2p.peerId)
    },
  }
}

function netActions(options: ControlOptions): Record<string, (body: unknown) => Promise<unknown>> {
  const { peer, guard, discovery } = options
  return {
    '/v1/control/ban': async (body) => {
      const { peer: text, reason, seconds } = banText.parse(body)
      const peerId = await peerIdOf(text, options)
      return guard.ban(peerId, { reason, ...(seconds !== undefined && { forMs: seconds * 1_000 }) })
    },
    '/v1/control/unban': async (body) => {
      const peerId = await peerIdOf(peerText.parse(body).peer, options)
      return { peerId, lifted: guard.lift(peerId) }
    },
    '/v1/control/ping': async (body) => {
      const sources = await sourcesOf(peerText.parse(body).peer, options)
      const signal = AbortSignal.timeout(ASK_MS)
      const to = knownPlace([sources.remembered, await sources.registry(signal), await sources.dht?.(signal)])
      const { remoteAddr } = await connectionTo(peer, to)
      if (!discovery) throw new StorgoError('CONFIG_INVALID', 'Pings need the services of discovery.dht.')
      const ms: number[] = []
      for (let i = 0; i < PINGS; i++) ms.push(await discovery.ping(to.peerId, signal))
      return { peerId: to.peerId.toString(), operator: to.operator, address: remoteAddr.toString(), ms }
    },
    '/v1/control/lookup': async (body) => {
      const { key } = keyText.parse(body)
      if (!discovery) throw new StorgoError('CONFIG_INVALID', 'The DHT is switched off: discovery.dht.')
      const signal = AbortSignal.timeout(ASK_MS)
      const startedMs = performance.now()
      if (isAddress(key, { strict: false })) {
        const found = await discovery.findAddress(key, signal)
        return { key, ms: performance.now() - startedMs, addresses: found?.multiaddrs.map(String) ?? [] }
      }
      const manifest = parsed(() => parseManifest(key), 'neither an operator nor a manifest')
      const announcers: string[] = []
      for await (const found of discovery.findAnnouncers(manifest, signal)) announcers.push(found.toString())
      return { key, ms: performance.now() - startedMs, announcers }
    },
    '/v1/control/trace': async (body) =>
      tracePeer(peer, discovery, await sourcesOf(peerText.parse(body).peer, options)),
  }
}

/** A peer id, or that of an operator that is remembered or registered. */
async function peerIdOf(text: string, { guard, registry }: ControlOptions): Promise<string> {
  if (!isAddress(text, { strict: false })) {
    return parsed(() => parsePeer(text, [])?.peerId, 'neither an operator nor its peer id').toString()
  }
  const known = guard.book.ofOperator(getAddress(text))
  if (known) return known.peerId
  const registered = await registry(getAddress(text), { signal: AbortSignal.timeout(ASK_MS) })
  if (registered) return registered.peerId.toString()
  throw new StorgoError('REQUEST_INVALID', `${text} is no registered operator; name its peer id.`)
}

async function sourcesOf(text: string, { guard, discovery, registry }: ControlOptions): Promise<PeerSources> {
  const asOperator = isAddress(text, { strict: false }) ? getAddress(text) : undefined
  const operator = asOperator ?? parsed(() => parsePeer(text, []), 'neither an operator nor its peer id').operator
  const known = guard.book.ofOperator(operator)
  return {
    remembered: known && parsePeer(known.peerId, known.addresses),
    dht: discovery && ((signal) => discovery.findAddress(operator, signal)),
    registry: (signal) => registry(operator, { signal }),
  }
}

function parsed<T>(parse: () => T | undefined, what: string): T {
  try {
    const value = parse()
    if (value !== undefined) return value
  } catch {
    // Said below, as for text that parses to nothing.
  }
  throw new StorgoError('REQUEST_INVALID', `This is ${what}.`)
}

const failure = (code: ErrorCode, message: string) => ({ code, message })
