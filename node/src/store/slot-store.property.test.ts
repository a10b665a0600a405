import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStorgoError } from '@storgo/protocol'
import { memoryIndex } from '../fixtures/memory-index.ts'
import { Random } from '../fixtures/seeded-random.ts'
import { SimulatedDisk } from '../fixtures/simulated-disk.ts'
import { assertShows } from './fixtures/assert-shows.ts'
import { RandomLife, RETENTION } from './fixtures/random-life.ts'
import { openSlotStore } from './open-slot-store.ts'
import type { SlotStore } from './slot-store.ts'

const STEPS = 40

for (let seed = 1; seed <= 6; seed++) {
  test(`after any operations and restarts a store shows what the slow model does (seed ${seed})`, async () => {
    const random = new Random(seed)
    const disk = new SimulatedDisk()
    const lives = [2, 3].map((slot) => new RandomLife({ volumeId: 7n, slot }, random))
    let store = await opened(disk)
    for (let step = 0; step < STEPS; step++) {
      const life = random.pick(lives as [RandomLife, ...RandomLife[]])
      // Where the disk is full, as it is now and then, nothing may have changed.
      await life.step(store).catch((error: unknown) => assert.ok(isStorgoError(error, 'DISK_FULL'), String(error)))
      if (random.below(8) === 0) {
        const { stored } = store.usage()
        await store[Symbol.asyncDispose]()
        store = await opened(disk)
        assert.deepEqual(store.usage(), { stored, staged: 0, capacity: 12 })
      }
      if (step % 4 === 0) for (const { ref, model } of lives) await assertShows(store, ref, model)
    }
    for (const { ref, model } of lives) await assertShows(store, ref, model)
    for (const { ref } of lives) await store.drop(ref)
    assert.deepEqual(store.usage(), { stored: 0, staged: 0, capacity: 12 })
    await store[Symbol.asyncDispose]()
  })
}

function opened(disk: SimulatedDisk): Promise<SlotStore> {
  return openSlotStore({
    ...{ dataDir: 'simulated', capacity: 12, binding: 'test', retentionEpochs: () => RETENTION, disk },
    ...{ openIndex: async () => memoryIndex(), snapshotAfterBytes: 100_000 },
  })
}
