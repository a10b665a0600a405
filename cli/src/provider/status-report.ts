import { z } from 'zod'
import {
  address,
  block,
  bytes,
  count,
  epoch,
  isoTime,
  listOf,
  localPath,
  message,
  nonce,
  peerId,
  sectors,
  slot,
  text,
  volumeId,
} from '../schemas/atoms.ts'

const reload = z.object({
  number: count.describe('1 for the first one since the start'),
  at: isoTime,
  outcome: z.enum(['applied', 'unchanged', 'refused']),
  applied: listOf(text).describe('settings that changed'),
  error: message.optional(),
})

/** What a provider says of itself under `/status`. More that it may say one day is left out. */
export const statusReport = z.object({
  ...{ operator: address, peerId, multiaddrs: listOf(text), epoch, block },
  lastProvenEpoch: epoch.nullish(),
  ...{ peers: count, storedBytes: bytes, capacityBytes: bytes },
  store: z.object({
    writable: z.boolean(),
    readable: z.boolean(),
    reason: message.optional(),
    full: message.optional(),
  }),
  slots: listOf(
    z.object({
      ...{ volumeId, slot },
      nonce: nonce.describe('of the newest state held, 0 for none'),
      certifiedNonce: nonce,
      sectors,
      billed: sectors.describe('MiB that are paid for'),
    }),
  ),
  config: z.object({
    file: localPath.optional(),
    profile: text.optional(),
    generation: count.describe('1 at the start, one more with every change that was applied'),
    since: isoTime,
    restartNeeded: listOf(text).describe('settings that will be something else after a restart'),
    lastReload: reload.optional(),
  }),
})
