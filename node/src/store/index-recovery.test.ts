import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { memoryIndex } from '../fixtures/memory-index.ts'
import { SimulatedDisk } from '../fixtures/simulated-disk.ts'
import { aSector } from './fixtures/a-sector.ts'
import { commitSectors, nonceOf, openSimulated, ref } from './fixtures/a-simulated-store.ts'
import type { IndexChange, IndexDatabase } from './index-database.ts'
import { openSlotStore } from './open-slot-store.ts'

/** An index whose content outlives it, without the batches that `lost` names by their order. */
function forgetful(
  held: IndexDatabase,
  lost: (batch: number) => boolean,
): { index: IndexDatabase; batches: () => number } {
  let batch = 0
  const write = async (changes: readonly IndexChange[]) => {
    if (!lost(batch++)) await held.write(changes)
  }
  return { index: { ...held, write }, batches: () => batch }
}

test('an index that lost its end, or a batch from its middle, shows what the journal says', async () => {
  for (let gone = 1; gone < 10; gone++) {
    for (const lost of [(batch: number) => batch === gone, (batch: number) => batch >= gone]) {
      const disk = new SimulatedDisk()
      const held = memoryIndex()
      const { index } = forgetful(held, lost)
      const store = await openSimulated(disk, { openIndex: async () => index })
      // Slots do not look at one another's keys, so each writes its own in ignorance of what is lost.
      for (let slot = 0; slot < 6; slot++) await commitSectors(store, [slot], { volumeId: 7n, slot })
      await store[Symbol.asyncDispose]()
      const again = await openSimulated(disk, { openIndex: async () => held })
      for (let slot = 0; slot < 6; slot++) assert.equal(nonceOf(again, { volumeId: 7n, slot }), 1)
      assert.equal(again.usage().stored, 6)
      assert.deepEqual(again.health(), { writable: true, readable: true })
    }
  }
})

test('an index with a value that does not check is made anew', async () => {
  const disk = new SimulatedDisk()
  const held = memoryIndex()
  const store = await openSimulated(disk, { openIndex: async () => held })
  await commitSectors(store, [1])
  for await (const [key, value] of held.entries({ gte: Uint8Array.of(4), lt: Uint8Array.of(5) })) {
    await held.write([{ key, value: value.with(9, value[9]! ^ 1) }])
  }
  {
    using view = store.view(ref)
    assert.throws(() => view.sectorRoots('latest', 1), { code: 'INTERNAL' })
  }
  await store[Symbol.asyncDispose]()
  using view = (await openSimulated(disk, { openIndex: async () => held })).view(ref)
  assert.deepEqual(await view.readSector('latest', 0), aSector(1))
})

test('a level database that is gone or broken is made anew from snapshot and journal', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'storgo-store-'))
  const open = () =>
    openSlotStore({ dataDir, capacity: 8, binding: 'test', retentionEpochs: () => 4, snapshotAfterBytes: 2_000 })
  {
    await using store = await open()
    for (let nonce = 1; nonce <= 4; nonce++) await commitSectors(store, [nonce])
  }
  const folder = join(dataDir, 'index')
  const damages = [
    () => rm(folder, { recursive: true }),
    () => rm(join(folder, 'CURRENT')),
    async () => {
      for (const name of await readdir(folder)) {
        if (/\.(ldb|log)$|^MANIFEST/.test(name)) await writeFile(join(folder, name), new Uint8Array(500).fill(0x5a))
      }
    },
  ]
  for (const damage of damages) {
    await damage()
    await using store = await open()
    assert.equal(nonceOf(store), 4)
    using view = store.view(ref)
    assert.deepEqual(await view.readSector('latest', 0), aSector(4))
    assert.deepEqual(store.health(), { writable: true, readable: true })
  }
  await rm(dataDir, { recursive: true })
})
