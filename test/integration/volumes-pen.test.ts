import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStorgoError, SECTOR_BYTES, StorgoError } from '@storgo/protocol'
import type { FileSource } from '@storgo/sdk'
import { aFile, aStream, sha256 } from './volumes/a-file.ts'
import { nameOf, type Pass } from './volumes/serve-slot.ts'
import { type ProcessClient, SlotsInProcess } from './volumes/slots-in-process.ts'

const MIB = SECTOR_BYTES
/** Longer than a slot calls a silent writer busy. */
const LATER_MS = 10_000

/** Notes what slots are asked for. */
function counting() {
  const asked: { slot: number; name: string; bytes: number }[] = []
  const pass: Pass = ({ slot, protocol, bulk, go }) => {
    asked.push({ slot, name: nameOf(protocol), bytes: bulk.length })
    return go()
  }
  const take = () => asked.splice(0)
  return { pass, take, names: () => [...new Set(take().map(({ name }) => name))] }
}

/** Lets the slots' clock go on; 10 ms of ours are so many of theirs. */
function ticking(slots: SlotsInProcess, ms = 100): Disposable {
  const ticks = setInterval(() => {
    slots.nowMs += ms
  }, 10)
  return { [Symbol.dispose]: () => clearInterval(ticks) }
}

async function assertReads({ volume }: ProcessClient, ...files: readonly FileSource[]): Promise<void> {
  for (const { path, open } of files) assert.equal(await sha256(volume.get(path)), await sha256(open()), path)
}

test('the first write of a client takes the pen, and the next ones ask nobody anything before they write', async () => {
  await using slots = await SlotsInProcess.open()
  const { pass, names } = counting()
  const client = slots.client(pass)
  const [a, b] = [aFile('a', 5_000), aFile('b', 5_001)]
  const first = await client.volume.put([a])
  assert.deepEqual([first.nonce, first.receipts, first.full], [1n, 6, true])
  await client.session.settled()
  assert.deepEqual(names(), ['slot-state', 'slot-pen', 'slot-write', 'slot-commit', 'slot-certify'])
  const second = await client.volume.put([b])
  assert.deepEqual([second.nonce, second.full], [2n, true])
  await client.session.settled()
  assert.deepEqual(names(), ['slot-write', 'slot-commit', 'slot-certify'])
  await assertReads(slots.client(), a, b)
})

test('a small file moves its own bytes to one data slot and to every parity slot, and the catalog its own size', async () => {
  await using slots = await SlotsInProcess.open()
  const { pass, take } = counting()
  const client = slots.client(pass)
  await client.volume.put([aFile('before', 100)])
  take()
  const { storedBytes } = await client.volume.put([aFile('small', 10_000)])
  const bySlot = Array.from({ length: 6 }, () => 0)
  for (const { slot, name, bytes } of take()) if (name === 'slot-write') bySlot[slot] = (bySlot[slot] ?? 0) + bytes
  assert.deepEqual(bySlot, [storedBytes, 0, 0, 0, storedBytes, storedBytes])
  assert.ok(storedBytes > 10_000 && storedBytes < 12_000, `${storedBytes} bytes were stored`)
})

test('calls at the same time become part of one state, and one that fails takes none of the others along', async () => {
  await using slots = await SlotsInProcess.open()
  const { volume } = slots.client()
  await volume.put([aFile('before', 10)])
  const broken: FileSource = {
    ...aFile('broken', 3 * MIB),
    async *open() {
      yield* aStream(MIB, 1)
      throw new Error('the disk is gone')
    },
  }
  const files = Array.from({ length: 50 }, (_, i) => aFile(`many/${i}`, 100 + i))
  const bad = assert.rejects(volume.put([broken]), { message: 'the disk is gone' })
  const stop = new AbortController()
  const given = assert.rejects(volume.put([aFile('given up', 10)], { signal: stop.signal }), { message: 'enough' })
  stop.abort(new Error('enough'))
  const puts = await Promise.all(files.map((file) => volume.put([file])))
  await Promise.all([bad, given])
  assert.deepEqual(new Set(puts.map(({ nonce }) => nonce)), new Set([2n]))
  await assertReads(slots.client(), ...files)
  assert.equal(await volume.stat('broken'), undefined)
  assert.equal(await volume.stat('given up'), undefined)
})

test('a second client takes the pen over, and the first finds out with its next write and goes on', async () => {
  await using slots = await SlotsInProcess.open()
  const [one, two] = [slots.client(), slots.client()]
  const [a, b, c] = [aFile('a', 1_000), aFile('b', 1_001), aFile('c', 1_002)]
  await one.volume.put([a])
  slots.nowMs += LATER_MS
  await two.volume.put([b])
  slots.nowMs += LATER_MS
  const { nonce, full } = await one.volume.put([c])
  assert.deepEqual([nonce, full], [3n, true])
  await assertReads(one, a, b, c)
  assert.deepEqual(one.warnings, [])
})

test('a client that has lost the pen does not take old news for the truth, also when it has nothing to write', async () => {
  await using slots = await SlotsInProcess.open()
  const [one, two] = [slots.client(), slots.client()]
  const file = aFile('file', 1_000)
  await one.volume.put([file])
  slots.nowMs += LATER_MS
  await two.volume.remove(['file'])
  await two.volume.put([aFile('theirs', 10)])
  slots.nowMs += LATER_MS
  const { nonce } = await one.volume.put([file])
  assert.equal(nonce, 4n)
  await assertReads(slots.client(), file)
  slots.nowMs += LATER_MS
  await two.volume.put([aFile('later', 10)])
  slots.nowMs += LATER_MS
  const { files } = await one.volume.remove(['later'])
  assert.equal(files, 1)
})

test('a writer that is fenced off in the middle of a large put begins again and sends only what is not there', async () => {
  await using slots = await SlotsInProcess.open()
  const [one, two] = [slots.client(), slots.client()]
  const [large, theirs] = [aFile('large', 40 * MIB), aFile('theirs', 1_000)]
  let opened = 0
  const source: FileSource = {
    ...large,
    async *open() {
      opened++
      let bytes = 0
      for await (const part of large.open()) {
        yield part
        bytes += part.length
        if (bytes !== 30 * MIB || opened > 1) continue
        // The source keeps the writer waiting, until the slots take it for dead.
        using _ = ticking(slots)
        await two.volume.put([theirs])
      }
    },
  }
  using _ = ticking(slots, 10)
  const { storedBytes, dedupedBytes } = await one.volume.put([source], { checkpointBytes: 8 * MIB })
  assert.equal(opened, 2)
  assert.ok(dedupedBytes >= 24 * MIB, `${dedupedBytes} bytes were there`)
  assert.ok(storedBytes < 42 * MIB, `${storedBytes} bytes were stored`)
  await assertReads(slots.client(), large, theirs)
})

test('a client waits politely for another one at work, and in the end says who is in the way', async () => {
  await using slots = await SlotsInProcess.open()
  const [one, two] = [slots.client(), slots.client()]
  await one.volume.put([aFile('a', 10)])
  slots.nowMs += LATER_MS
  // Its commit arrives at nobody, and the slots' clock stands still: so it seems to be at work.
  const busy = slots.client(({ protocol, go }) => (nameOf(protocol) === 'slot-commit' ? new Promise(() => {}) : go()))
  const stop = new AbortController()
  const stuck = assert.rejects(busy.volume.put([aFile('stuck', 10)], { signal: stop.signal }), { message: 'gone' })
  while ((await two.link(0).state({ timeoutMs: 1_000 })).busy === false) await new Promise(setImmediate)
  const waiting = two.volume.put([aFile('b', 10)])
  slots.nowMs += LATER_MS
  const { nonce, full } = await waiting
  assert.deepEqual([nonce, full], [2n, true])
  stop.abort(new Error('gone'))
  await stuck
})

test('a slot that lies about the pen is gone round: promises that are not its own, terms out of reach, eternal work', async () => {
  for (const lie of ['promise', 'taken', 'term'] as const) {
    await using slots = await SlotsInProcess.open()
    await slots.client().volume.put([aFile('a', 10)])
    slots.nowMs += LATER_MS
    let other: Awaited<ReturnType<Parameters<Pass>[0]['go']>> | undefined
    const liar: Pass = async ({ slot, protocol, go }) => {
      const name = nameOf(protocol)
      if (slot === 1 && name === 'slot-pen') other ??= await go()
      if (slot !== 2 || name !== 'slot-pen') return go()
      if (lie === 'promise') return other ?? go()
      const heldTerm = lie === 'term' ? 2n ** 64n - 1n : 1n
      throw new StorgoError('PEN_TAKEN', 'somebody has it', { heldTerm })
    }
    const client = slots.client(liar)
    const { nonce, receipts } = await client.volume.put([aFile('b', 10)])
    assert.equal(nonce, 2n, lie)
    assert.ok(receipts >= 5, lie)
    await assertReads(client, aFile('b', 10))
  }
})

test('slots that missed states catch up by themselves and take part again', async () => {
  await using slots = await SlotsInProcess.open()
  const client = slots.client()
  await client.volume.put([aFile('a', 10)])
  slots.down.add(3)
  const without = await client.volume.put([aFile('b', 5 * MIB)])
  assert.deepEqual([without.receipts, without.full], [5, false])
  slots.down.delete(3)
  await client.volume.put([aFile('c', 20)])
  await client.session.settled()
  await slots.settled()
  const fresh = slots.client()
  slots.nowMs += LATER_MS
  const { full } = await fresh.volume.put([aFile('d', 30)])
  assert.equal(full, true)
  for (const slot of [0, 1]) slots.down.add(slot)
  await assertReads(slots.client(), aFile('b', 5 * MIB), aFile('c', 20))
})

test('while fewer than a quorum hold the last state, writes wait for others to catch up', async () => {
  await using slots = await SlotsInProcess.open()
  const client = slots.client()
  await client.volume.put([aFile('a', 10)])
  slots.down.add(3)
  await client.volume.put([aFile('b', MIB)])
  slots.down.delete(3)
  slots.down.add(0)
  // Slot 3 has seen no certificate: it learns that it is behind from this client.
  const { receipts } = await client.volume.put([aFile('c', 10)])
  assert.equal(receipts, 5)
  slots.down.add(1)
  await assert.rejects(client.volume.put([aFile('d', 10)]), { code: 'NOT_ENOUGH_SLOTS' })
  await assertReads(slots.client(), aFile('b', MIB), aFile('c', 10))
})

test('two clients that write at the same time both get all of their files stored', async () => {
  await using slots = await SlotsInProcess.open()
  using _ = ticking(slots)
  const stored: FileSource[] = []
  const writing = [0, 1].map(async (who) => {
    const client = slots.client()
    for (let i = 0; i < 12; i++) {
      const file = aFile(`${who}/${i}`, 3_000 + 10 * i + who)
      try {
        await client.volume.put([file])
        stored.push(file)
      } catch (error) {
        assert.ok(isStorgoError(error, 'PEN_TAKEN') || isStorgoError(error, 'PEN_HELD'), String(error))
      }
    }
  })
  await Promise.all(writing)
  assert.ok(stored.length >= 20, `${stored.length} files were stored`)
  await assertReads(slots.client(), ...stored)
})
