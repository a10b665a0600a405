import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch } from '@storgo/protocol'
import type { VolumeClient } from '@storgo/sdk'
import { aFile, sha256 } from './volumes/a-file.ts'
import { type ProcessClient, SlotsInProcess } from './volumes/slots-in-process.ts'

const MIB = 1 << 20
/** Longer than what slots keep, as their clocks and ours may be apart. */
const RETAINED_EPOCHS = 6

const aName = (i: number) => `file-${String(i).padStart(3, '0')}`
const fileOf = (i: number, bytes: number, generation = 0) => aFile(aName(i), bytes, { seed: 1000 * generation + i })

/** A client as a process of its own would be, after the others have been silent for a while. */
async function aClient(slots: SlotsInProcess, ...others: ProcessClient[]) {
  await later(slots, ...others)
  return slots.client()
}

/** Longer than slots keep the pen for a writer that is silent. */
async function later(slots: SlotsInProcess, ...clients: ProcessClient[]) {
  await Promise.all(clients.map(({ session }) => session.settled()))
  await slots.settled()
  slots.nowMs += 10_000
}

async function fill(volume: VolumeClient, bytes: number, generation = 0, from = 0): Promise<number> {
  for (let i = from; ; i++) {
    try {
      await volume.put([fileOf(i, bytes, generation)])
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'VOLUME_FULL', String(error))
      return i - from
    }
  }
}

async function assertHolds(volume: VolumeClient, i: number, bytes: number, generation = 0): Promise<void> {
  const expected = await sha256(fileOf(i, bytes, generation).open())
  assert.equal(await sha256(volume.get(aName(i))), expected, aName(i))
}

test('a full volume with every other file removed takes that many again once the wallet has released them', async () => {
  await using slots = await SlotsInProcess.open({ k: 4, m: 1, billedSectors: 14 })
  const client = await aClient(slots)
  const { volume } = client
  const bytes = 2 * MIB + 333_333
  const count = await fill(volume, bytes)
  assert.ok(count >= 14, `${count} files`)
  const removed = Array.from({ length: count }, (_, i) => i).filter((i) => i % 2 === 1)
  await volume.remove(removed.map(aName))
  await assert.rejects(volume.put([fileOf(500, bytes)]), { code: 'VOLUME_FULL' })
  const phases = new Set<string>()
  const { freedBytes, movedBytes, roomBytes } = await volume.compact({
    release: true,
    onProgress: ({ phase }) => phases.add(phase),
  })
  assert.deepEqual([...phases], ['moving', 'releasing', 'done'])
  assert.ok(movedBytes > 0 && freedBytes >= movedBytes, `${movedBytes} moved, ${freedBytes} freed`)
  assert.ok(roomBytes >= removed.length * bytes, `${roomBytes} bytes of room`)
  const { volume: other } = await aClient(slots, client)
  for (const i of removed) await other.put([fileOf(i, bytes, 1)])
  const { volume: reader } = await aClient(slots)
  for (let i = 0; i < count; i++) await assertHolds(reader, i, bytes, i % 2)
})

test('without the wallet what was removed makes room after the retention time, and not before', async () => {
  await using slots = await SlotsInProcess.open({ k: 2, m: 1, billedSectors: 20 })
  const client = await aClient(slots)
  const { volume } = client
  const bytes = 2 * MIB
  const count = await fill(volume, bytes)
  const removed = Array.from({ length: Math.floor(count / 2) }, (_, i) => i)
  await volume.remove(removed.map(aName))
  await assert.rejects(
    volume.put([fileOf(500, bytes)]),
    (error: { code?: string; details?: { retained?: number } }) => {
      assert.equal(error.code, 'VOLUME_FULL')
      assert.ok((error.details?.retained ?? 0) > (removed.length - 2) * bytes)
      return true
    },
  )
  slots.epoch = (slots.epoch + RETAINED_EPOCHS) as Epoch
  const { volume: next } = await aClient(slots, client)
  const again = await fill(next, bytes, 1, 600)
  assert.ok(again >= removed.length - 1, `${again} of ${removed.length} files`)
  const { volume: reader } = await aClient(slots)
  for (let i = removed.length; i < count; i++) await assertHolds(reader, i, bytes)
  for (let i = 600; i < 600 + again; i++) await assertHolds(reader, i, bytes, 1)
})

test('a full volume can still delete', async () => {
  await using slots = await SlotsInProcess.open({ k: 1, m: 1, billedSectors: 16 })
  const client = await aClient(slots)
  const { volume } = client
  const count = await fill(volume, 40_000)
  for (let i = 0; i < Math.min(count, 12); i++) await volume.remove([aName(i)])
  assert.equal((await volume.list({ limit: 10_000 })).length, count - 12)
})

test('stripes are used again while slots are dead, and the slots that come back hold the same', async () => {
  await using slots = await SlotsInProcess.open({ k: 4, m: 2, billedSectors: 16 })
  const client = await aClient(slots)
  const { volume } = client
  await volume.put([fileOf(0, 20 * MIB), fileOf(1, 9 * MIB)])
  await volume.remove([aName(0)])
  await volume.compact({ release: true })
  const writing = await aClient(slots, client)
  slots.down.add(1)
  const { volume: writer } = writing
  await writer.put([fileOf(2, 17 * MIB)])
  slots.down.delete(1)
  await writer.put([fileOf(3, 10_000)])
  await later(slots, writing)
  // Gossip's part: it learns of the last state.
  const { certified } = await writing.link(0).state({ timeoutMs: 5_000 })
  assert.ok(certified)
  await writing
    .link(1)
    .certify(certified.certificate, { timeoutMs: 5_000 })
    .catch(() => {})
  await slots.settled()
  assert.equal(slots.held(1).certified, slots.held(0).certified)
  slots.down.add(0)
  slots.down.add(2)
  const { volume: reader } = await aClient(slots)
  await assertHolds(reader, 1, 9 * MIB)
  await assertHolds(reader, 2, 17 * MIB)
  await assertHolds(reader, 3, 10_000)
})

test('a removed file comes back, also when its stripes were freed', async () => {
  await using slots = await SlotsInProcess.open({ k: 2, m: 1, billedSectors: 32 })
  const client = await aClient(slots)
  const { volume } = client
  await volume.put([fileOf(0, 7 * MIB), fileOf(1, 100_000)])
  const { nonce } = await volume.put([fileOf(2, 10)])
  slots.epoch = (slots.epoch + 1) as Epoch
  await volume.remove([aName(0), aName(1)])
  await volume.put([aFile(aName(2), 20, { seed: 77 })])
  const { volume: next } = await aClient(slots, client)
  const history = await next.history()
  assert.ok(
    history.some((state) => state.nonce === nonce && state.files === 3),
    JSON.stringify(history.map(String)),
  )
  const restored = await next.restore(aName(0))
  assert.deepEqual([restored.path, restored.size, restored.from], [aName(0), 7 * MIB, nonce])
  assert.ok(restored.copiedBytes > 0)
  await next.restore(aName(1), { nonce })
  await next.restore(aName(2), { nonce })
  const { volume: reader } = await aClient(slots)
  await assertHolds(reader, 0, 7 * MIB)
  await assertHolds(reader, 1, 100_000)
  await assertHolds(reader, 2, 10)
  await assert.rejects(reader.restore('never-there'), { code: 'FILE_NOT_FOUND' })
  await assert.rejects(reader.restore(aName(0), { nonce: 10_000n }), { code: 'FILE_NOT_FOUND' })
})

test('what was released and used again does not come back, and that is said', async () => {
  await using slots = await SlotsInProcess.open({ k: 2, m: 1, billedSectors: 16 })
  const client = await aClient(slots)
  const { volume } = client
  const { nonce } = await volume.put([fileOf(0, 12 * MIB)])
  slots.epoch = (slots.epoch + 1) as Epoch
  await volume.remove([aName(0)])
  await volume.compact({ release: true })
  await volume.put([fileOf(1, 12 * MIB)])
  await assert.rejects(volume.restore(aName(0), { nonce }), { code: 'FILE_NOT_FOUND' })
  await assertHolds(volume, 1, 12 * MIB)
})

test('another client reads what was written where its own cache has something else', async () => {
  await using slots = await SlotsInProcess.open({ k: 2, m: 1, billedSectors: 16 })
  const writing = await aClient(slots)
  const { volume: writer } = writing
  const reading = await aClient(slots)
  const { volume: reader } = reading
  for (let round = 0; round < 4; round++) {
    const names = Array.from({ length: 40 }, (_, i) => i)
    await writer.put(names.map((i) => fileOf(i, 90_000 + i, round)))
    for (const i of names) await assertHolds(writer, i, 90_000 + i, round)
    // What it knows may be two seconds old, unless it writes.
    await later(slots, writing)
    await reader.put([fileOf(900 + round, 10)])
    await later(slots, reading)
    for (const i of names) await assertHolds(reader, i, 90_000 + i, round)
    await writer.compact({ release: true })
  }
})
