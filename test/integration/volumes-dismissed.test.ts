import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECTOR_BYTES } from '@storgo/protocol'
import { aFile, sha256 } from './volumes/a-file.ts'
import { type ProcessClient, SlotsInProcess } from './volumes/slots-in-process.ts'

const MIB = SECTOR_BYTES
const BEHIND = 5
/** Longer than a slot calls a silent writer busy. */
const LATER_MS = 10_000
const stored = aFile('stored', 5 * MIB)

const reads = async ({ volume }: ProcessClient) =>
  assert.equal(await sha256(volume.get(stored.path)), await sha256(stored.open()))

/** Nobody but slots 0 to 4, a quorum, has received the last state: all their receipts are in its certificate. */
async function certifiedByAllBut(behind: number): Promise<SlotsInProcess> {
  const slots = await SlotsInProcess.open()
  const client = slots.client()
  await client.volume.put([aFile('first', 10)])
  slots.down.add(behind)
  const { receipts } = await client.volume.put([stored])
  assert.equal(receipts, 5)
  await client.session.settled()
  slots.down.delete(behind)
  return slots
}

test('a volume is read after any slot has been dismissed whose receipt its certificate needs', async () => {
  for (const slot of [0, 4]) {
    await using slots = await certifiedByAllBut(BEHIND)
    slots.dismiss(slot)
    await reads(slots.client())
  }
})

test('a slot that was behind when another was dismissed catches up with it, and the volume is written again', async () => {
  await using slots = await certifiedByAllBut(BEHIND)
  slots.dismiss(2)
  slots.nowMs += LATER_MS
  const writer = slots.client()
  const { receipts } = await writer.volume.put([aFile('later', 20)])
  assert.equal(receipts, 5)
  await writer.session.settled()
  await slots.settled()
  slots.down.add(0)
  await reads(slots.client())
})
