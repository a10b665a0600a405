import { z } from 'zod'
import { banReport, bansReport, liftedReport } from '../provider/net-reports.ts'
import { statusReport } from '../provider/status-report.ts'
import { address, amount, listOf, localPath, peerId, processId, provider, sectors, text, url } from './atoms.ts'

const probed = {
  name: provider,
  operator: address,
  peerId,
  httpUrl: url,
  pid: processId,
  healthy: z.boolean(),
  ready: z.boolean(),
  status: statusReport.optional().describe('only of one that answers'),
}

/** Data of `storgo node …`. */
export const NODE_SCHEMAS = {
  'storgo.node.init/1': z.strictObject({
    ...{ operator: address, owner: address, stake: amount, pricePerSectorEpoch: amount },
    freeSectors: sectors,
    minSectors: sectors.describe('MiB of the smallest slot it takes'),
    ...{ configFile: localPath, keyFile: localPath, passwordFile: localPath, dataDir: localPath },
  }),
  'storgo.node.status/1': z.strictObject({
    providers: listOf(
      z.strictObject({
        ...probed,
        multiaddr: text.optional().describe('of one of the local network'),
        dataDir: localPath.optional().describe('of one of the local network'),
        multiaddrs: listOf(text).optional().describe('of one with a folder of its own'),
      }),
    ),
  }),
  'storgo.node.ban/1': z.strictObject({ provider, ban: banReport }),
  'storgo.node.bans/1': z.strictObject({ provider, ...bansReport.shape }),
  'storgo.node.unban/1': z.strictObject({ provider, ...liftedReport.shape }),
}
