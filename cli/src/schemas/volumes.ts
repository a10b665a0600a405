import { z } from 'zod'
import {
  address,
  amount,
  bytes,
  count,
  epoch,
  listOf,
  message,
  nonce,
  sectors,
  sent,
  slot,
  text,
  volumeId,
} from './atoms.ts'

const MOST_SLOTS = 32

const shape = {
  k: z.int().min(1).max(MOST_SLOTS).describe('slots that hold data'),
  m: z.int().min(0).max(MOST_SLOTS).describe('slots that may be lost'),
  sectors: sectors.describe('MiB in each slot'),
}
const dataBytes = bytes.describe("room for data in the volume's log")
const quote = {
  ...shape,
  epochs: count,
  providers: listOf(address, MOST_SLOTS).describe('operators by slot'),
  pricePerEpoch: amount,
  total: amount,
  dataBytes,
}
const volume = {
  volumeId,
  owner: address,
  ...shape,
  generation: count.describe('of the session key in force'),
  openedEpoch: epoch.describe('it counts from the next one on'),
  endEpoch: epoch.describe('first epoch that is not funded'),
  closed: z.boolean(),
  escrow: amount.describe('what is funded and not settled, in the smallest unit of STOR'),
}
const held = z.union([
  z.strictObject({ nonce: nonce.describe('of the certified state, 0 for none'), latestNonce: nonce }),
  z.strictObject({ code: text, reason: message }),
])
const volumeSlot = z.strictObject({
  slot,
  provider: address.describe('operator; the zero address where the slot is vacant'),
  settledEpoch: epoch.describe('epochs before this one are settled'),
  bookIndex: count,
  pricePerEpoch: amount,
  nextPricePerEpoch: amount.describe('counts from changeEpoch on'),
  changeEpoch: epoch,
  state: held.optional().describe('what the slot says it holds; only to the owner'),
})
const pastState = { nonce, epoch, files: count, plainBytes: bytes, logBytes: bytes }

/** Data of `storgo volume …`. */
export const VOLUME_SCHEMAS = {
  'storgo.volume.quote/1': z.strictObject(quote),
  'storgo.volume.open/1': z.strictObject({ volumeId, ...quote, ...sent }),
  'storgo.volume.ls/1': z.strictObject(volume),
  'storgo.volume.show/1': z.strictObject({
    ...volume,
    slots: listOf(volumeSlot, MOST_SLOTS),
    contents: z
      .strictObject({ nonce, files: count, plainBytes: bytes, logBytes: bytes })
      .optional()
      .describe('of the last certified state; only to the owner'),
  }),
  'storgo.volume.history/1': z.strictObject({ volumeId, ...pastState }),
  'storgo.volume.compact/1': z.strictObject({
    volumeId,
    movedBytes: bytes.describe('sealed bytes moved out of sparse stripes'),
    freedBytes: bytes,
    roomBytes: bytes.describe('bytes of log that can be appended now, before parity'),
    retainedBytes: bytes.describe('bytes of log that are free but kept back'),
    usableFromEpoch: epoch.optional().describe('when the first of them can be used'),
    nonce,
  }),
  'storgo.volume.dismiss/1': z.strictObject({ volumeId, slot, ...sent }),
}
