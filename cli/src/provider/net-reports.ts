import { z } from 'zod'
import { address, bytes, count, listOf, message, milliseconds, peerId, text, unixMs } from '../schemas/atoms.ts'

// What a node tells may have more in it one day. That is left out here, so that what a command prints is never more than its
// own schema says.

const share = z.number().min(0).max(1)

export const banReport = z.object({
  peerId,
  reason: text,
  by: z.enum(['rule', 'operator']),
  sinceMs: unixMs,
  untilMs: unixMs.nullable().describe('Unix milliseconds; null: until it is lifted'),
})
export const bansReport = z.object({ bans: listOf(banReport) })

const connection = z.object({
  direction: z.enum(['inbound', 'outbound']),
  address: text,
  encryption: text.optional(),
  multiplexer: text.optional(),
  native: z.boolean().describe('bulk goes over TLS of its own beside this connection'),
  greeted: z.boolean(),
  openSeconds: count,
  rttMs: milliseconds.optional().describe('round trip'),
  streams: count,
})
const peerReport = z.object({
  peerId,
  operator: address.optional(),
  addresses: listOf(text).optional().describe('multiaddrs by which it was reached last'),
  availability: share.optional().describe('share of requests that it answered; recent ones weigh more'),
  requests: count.optional(),
  faults: count.optional().describe('answers that did not verify'),
  responseMs: milliseconds.optional(),
  bytesPerSecond: z.number().min(0).optional(),
  sentBytes: bytes.optional(),
  receivedBytes: bytes.optional(),
  servedBytes: bytes.optional().describe('bytes of requests that it made, and of the answers'),
  lastSuccessMs: unixMs.optional(),
  lastSeenMs: unixMs.optional(),
  offences: z.record(z.string().max(64), count).optional(),
  connections: listOf(connection),
  ban: banReport.optional(),
})
export const peersReport = z.object({ peers: listOf(peerReport) })
export type PeerReport = z.infer<typeof peerReport>

const lookups = z.object({
  total: count,
  failed: count,
  medianMs: milliseconds.optional(),
  p99Ms: milliseconds.optional(),
})
export const dhtReport = z.object({
  protocol: text,
  contacts: count,
  buckets: listOf(z.object({ sharedBits: count, contacts: count })),
  kept: z.object({ announcements: count, records: count, peers: count }),
  dropped: count.describe('silent peers that left the table'),
  lookups: z.partialRecord(z.enum(['address', 'announcement', 'publish']), lookups),
})

const exchanged = { sentBytes: bytes, receivedBytes: bytes, servedBytes: bytes }
export const bandwidthReport = z.object({
  ...exchanged,
  peers: listOf(z.object({ peerId, operator: address.optional(), ...exchanged })),
})

export const pingReport = z.object({
  ...{ peerId, operator: address, address: text },
  ms: listOf(milliseconds).describe('one round trip each'),
})
export const lookupReport = z.object({
  ...{ key: text, ms: milliseconds },
  addresses: listOf(text).optional().describe("an operator's multiaddrs"),
  announcers: listOf(text).optional().describe('who serves the manifest'),
})
export const traceReport = z.object({
  steps: listOf(z.object({ step: text, ms: milliseconds, outcome: message })),
  reached: z.boolean(),
})
export const liftedReport = z.object({ peerId, lifted: z.boolean().describe('false: there was no ban') })
