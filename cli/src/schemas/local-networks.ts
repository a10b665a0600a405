import { z } from 'zod'
import {
  address,
  amount,
  chainId,
  isoTime,
  listOf,
  localPath,
  peerId,
  processId,
  provider,
  text,
  url,
  volumeId,
} from './atoms.ts'

const account = z.strictObject({ address, keyFile: localPath, passwordFile: localPath, envelopeFile: localPath })

/** Data of `storgo dev …`. */
export const LOCAL_NETWORK_SCHEMAS = {
  'storgo.dev.status/1': z.union([
    z.strictObject({ running: z.literal(false), folder: localPath }),
    z.strictObject({
      running: z.literal(true),
      folder: localPath,
      ended: listOf(provider).optional().describe('providers whose process has ended'),
      pid: processId.describe('of the supervisor'),
      ...{ chainId, rpcUrl: url, deploymentFile: localPath },
      accounts: z.strictObject({ demo: account }),
      providers: listOf(
        z.strictObject({
          ...{ name: provider, operator: address, peerId, multiaddr: text, httpUrl: url },
          ...{ pid: processId, dataDir: localPath },
        }),
      ),
      volumeId,
      startedAt: isoTime,
    }),
  ]),
  'storgo.dev.down/1': z.strictObject({
    stopped: z.boolean().describe('false: none ran'),
    folder: localPath,
    pid: processId.optional(),
  }),
  'storgo.dev.fund/1': z.strictObject({ address, stor: amount, ether: amount }),
}
