import { z } from 'zod'
import {
  address,
  bytes,
  cid,
  count,
  listOf,
  localPath,
  message,
  nonce,
  remotePath,
  seconds,
  sectors,
  slot,
  text,
  unixMs,
  volumeId,
} from './atoms.ts'

const file = {
  path: remotePath,
  cid: cid.describe("the file's address"),
  size: bytes,
  modifiedMs: unixMs,
  mediaType: text,
}
const trouble = { code: text, reason: message }
const wrongBytes = z.boolean().describe('false: it gave none')
const note = z.strictObject({ slot, provider: address, wrong: wrongBytes, ...trouble })
const receipts = count.describe('slots that countersigned the state')
const full = z.boolean().describe('whether all slots did, so that any m of them may be lost')

/** Data of `storgo put`, `get`, `ls`, `stat`, `mv`, `rm`, `undelete`, `verify`. */
export const FILE_SCHEMAS = {
  'storgo.put/1': z.strictObject({
    volumeId,
    files: count,
    plainBytes: bytes,
    storedBytes: bytes.describe('sealed bytes appended to the log, before parity'),
    dedupedBytes: bytes.describe('plain bytes that the volume held already'),
    resumedBytes: bytes.describe('of those, the ones of a put that was interrupted'),
    ...{ nonce, receipts, full, seconds },
  }),
  'storgo.get/1': z.strictObject({
    ...{ volumeId, path: remotePath, local: localPath, files: count },
    bytes: bytes.describe('bytes that came in now'),
    resumedBytes: bytes.describe('bytes that were here already'),
    seconds,
  }),
  'storgo.ls/1': z.union([
    z.strictObject(file),
    z.strictObject({ path: remotePath.regex(/\/$/u).describe('a folder; it ends in /') }),
  ]),
  'storgo.stat/1': z.strictObject({ volumeId, ...file }),
  'storgo.rm/1': z.strictObject({ volumeId, files: count, plainBytes: bytes, nonce, receipts, full }),
  'storgo.mv/1': z.strictObject({
    ...{ volumeId, from: remotePath, to: remotePath, files: count, plainBytes: bytes },
    replaced: count.describe('files that had one of the new paths'),
    ...{ nonce, receipts, full },
  }),
  'storgo.verify/1': z.strictObject({
    ...{ volumeId, healthy: z.boolean(), files: count, bytes, damaged: count },
    slots: listOf(note).describe('slots that gave wrong or no bytes; others made up for them'),
  }),
  'storgo.verify.file/1': z.strictObject({ volumeId, path: remotePath, ...trouble }),
  'storgo.verify.slots/1': z.strictObject({
    ...{ volumeId, healthy: z.boolean(), nonce },
    sectors: sectors.describe('MiB in each slot'),
    slots: listOf(z.strictObject({ slot, provider: address, good: count, wrong: count, missing: count }), 32),
    lostStripes: count.describe('stripes that cannot be read'),
  }),
  'storgo.verify.sector/1': z.strictObject({
    ...{ volumeId, slot, provider: address, sector: count, wrong: wrongBytes, ...trouble },
  }),
  'storgo.undelete/1': z.strictObject({
    ...{ volumeId, path: remotePath, cid: file.cid, size: bytes },
    from: nonce.describe('number of the state that it was taken from'),
    copiedBytes: bytes.describe('sealed bytes that had been freed and were stored again'),
    nonce,
  }),
}
