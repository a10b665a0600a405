import { z } from 'zod'
import {
  bandwidthReport,
  dhtReport,
  lookupReport,
  peersReport,
  pingReport,
  traceReport,
} from '../provider/net-reports.ts'
import { count, listOf, message, milliseconds, provider, text } from './atoms.ts'

const health = z.strictObject({
  ...{ provider, healthy: z.boolean(), connected: count, banned: count },
  contacts: count.optional().describe('in the hash table, where it is on'),
  medianRttMs: milliseconds.optional(),
  ...{ lookups: count, failedLookups: count },
  problem: message.optional(),
})

/** Data of `storgo net …`. */
export const NETWORK_SCHEMAS = {
  'storgo.net.peers/1': z.strictObject({ provider, ...peersReport.shape }),
  'storgo.net.ping/1': z.strictObject({ provider, ...pingReport.shape }),
  'storgo.net.lookup/1': z.strictObject({ provider, ...lookupReport.shape }),
  'storgo.net.dht/1': z.strictObject({ provider, ...dhtReport.shape }),
  'storgo.net.bandwidth/1': z.strictObject({ provider, ...bandwidthReport.shape }),
  'storgo.net.trace/1': z.strictObject({ provider, peer: text, ...traceReport.shape }),
  'storgo.net.health/1': z.strictObject({ providers: listOf(health) }),
}
