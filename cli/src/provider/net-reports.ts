import { z } from 'zod'

const text = z.string()
const amount = z.number()

export const banReport = z.looseObject({
  ...{ peerId: text, reason: text, by: text, sinceMs: amount },
  untilMs: amount.nullable(),
})
export const bansReport = z.object({ bans: z.array(banReport) })

const peerReport = z.looseObject({
  peerId: text,
  operator: text.optional(),
  availability: amount.optional(),
  faults: amount.optional(),
  responseMs: amount.optional(),
  bytesPerSecond: amount.optional(),
  connections: z.array(
    z.looseObject({
      direction: text,
      address: text,
      rttMs: amount.optional(),
      openSeconds: amount,
      native: z.boolean(),
    }),
  ),
  ban: banReport.optional(),
})
export const peersReport = z.object({ peers: z.array(peerReport) })
export type PeerReport = z.infer<typeof peerReport>

const lookups = z.object({ total: amount, failed: amount, medianMs: amount.optional(), p99Ms: amount.optional() })
export const dhtReport = z.looseObject({
  protocol: text,
  contacts: amount,
  buckets: z.array(z.object({ sharedBits: amount, contacts: amount })),
  kept: z.object({ announcements: amount, records: amount, peers: amount }),
  lookups: z.partialRecord(z.enum(['address', 'announcement', 'publish']), lookups),
})

const bytes = { sentBytes: amount, receivedBytes: amount, servedBytes: amount }
export const bandwidthReport = z.object({
  ...bytes,
  peers: z.array(z.object({ peerId: text, operator: text.optional(), ...bytes })),
})

export const pingReport = z.object({ peerId: text, operator: text, address: text, ms: z.array(amount) })
export const lookupReport = z.object({
  ...{ key: text, ms: amount },
  addresses: z.array(text).optional(),
  announcers: z.array(text).optional(),
})
export const traceReport = z.object({
  steps: z.array(z.object({ step: text, ms: amount, outcome: text })),
  reached: z.boolean(),
})
export const liftedReport = z.object({ peerId: text, lifted: z.boolean() })
