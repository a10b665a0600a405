import { z } from 'zod'
import {
  address,
  count,
  decimal,
  epoch,
  isoTime,
  listOf,
  localPath,
  message,
  processId,
  provider,
  sectors,
  text,
  url,
} from './atoms.ts'

const looked = {
  subject: text,
  ok: z.boolean(),
  state: message.describe('what was found, in a few words'),
  next: message.describe('the next command; empty where none helps'),
}
/** A figure that its source may not tell. */
const known = z.number().min(0).nullable()

/** Data of `storgo health`, `doctor`, `logs`, `top`, `version`, `completion`, `node ls` and `node stop`. */
export const OBSERVATION_SCHEMAS = {
  'storgo.health/1': z.strictObject({
    healthy: z.boolean(),
    findings: listOf(z.strictObject({ area: z.enum(['chain', 'node', 'volume']), ...looked })),
  }),
  'storgo.doctor/1': z.strictObject({
    healthy: z.boolean(),
    repaired: listOf(text).describe('subjects that were put right'),
    findings: listOf(z.strictObject(looked)),
  }),
  'storgo.logs/1': z.strictObject({
    node: provider.describe('whose log it is: a provider, chain or network'),
    time: isoTime.nullable(),
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).nullable(),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()).describe('everything else in the line'),
  }),
  'storgo.top/1': z.strictObject({
    network: z
      .strictObject({
        ...{ epoch, block: decimal, blocksToNextEpoch: z.int(), providers: count },
        ...{ billedSectors: sectors, freeSectors: sectors },
      })
      .nullable()
      .describe('null where the chain does not answer'),
    nodes: listOf(
      z.strictObject({
        ...{ name: provider, operator: address },
        state: z.enum(['ready', 'not ready', 'silent', 'ended']),
        cpuPercent: known.describe('of one processor'),
        memoryBytes: known,
        storedBytes: known,
        capacityBytes: known,
        epoch: known,
        lastProvenEpoch: known,
        peers: known,
        requestsPerSecond: known,
      }),
    ),
  }),
  'storgo.version/1': z.strictObject({ version: text, node: text, platform: text, arch: text }),
  'storgo.completion/1': z.strictObject({
    shell: z.enum(['bash', 'zsh', 'fish']),
    script: z.string().max(1 << 20),
  }),
  'storgo.node.ls/1': z.strictObject({
    nodes: listOf(
      z.strictObject({
        ...{ name: provider, operator: address, pid: processId, httpUrl: url, dataDir: localPath },
        running: z.boolean().describe('whether its process is there'),
      }),
    ),
  }),
  'storgo.node.stop/1': z.strictObject({ provider, pid: processId, stopped: z.literal(true) }),
}
