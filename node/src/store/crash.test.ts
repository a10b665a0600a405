import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStorgoError } from '@storgo/protocol'
import { memoryIndex } from '../fixtures/memory-index.ts'
import { Random } from '../fixtures/seeded-random.ts'
import { SimulatedDisk } from '../fixtures/simulated-disk.ts'
import { assertShows } from './fixtures/assert-shows.ts'
import { RandomLife, RETENTION } from './fixtures/random-life.ts'
import { openSlotStore } from './open-slot-store.ts'
import type { ModelSlot } from './slot-store.reference.ts'
import type { SlotStore } from './slot-store.ts'

/** Schedules that are run; each has some hundred points to crash at. */
const SEEDS = process.env['STORGO_TEST_FULL'] === '1' ? 150 : 2
const STEPS = 30

/** What a power cut at some moment leaves, and what each slot may show then: what was answered, or that and what was under way. */
type Cut = { disk: SimulatedDisk; slots: { ref: RandomLife['ref']; may: ModelSlot[] }[] }

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`a power cut after any write leaves what was answered, wholly (seed ${seed})`, async (t) => {
    const cuts = await cutsOf(seed, { syncs: true })
    const random = new Random(seed)
    for (const cut of cuts) await assertSurvives(cut, random)
    t.diagnostic(`${cuts.length} points`)
  })

  test(`also when slots write at the same time and share syncs (seed ${seed})`, async (t) => {
    const cuts = await cutsOf(seed, { syncs: true, atOnce: true })
    const random = new Random(seed)
    for (const cut of cuts) await assertSurvives(cut, random)
    t.diagnostic(`${cuts.length} points`)
  })
}

test('on a disk that does not sync, the same search finds losses', async () => {
  const cuts = await cutsOf(1, { syncs: false })
  let losses = 0
  for (const cut of cuts) {
    const lost = await assertSurvives(cut, new Random(1)).then(
      () => false,
      () => true,
    )
    if (lost) losses++
  }
  assert.ok(losses > 10, `${losses} losses at ${cuts.length} points`)
})

/** Lets two slots live on one disk and cuts its power after everything it does. */
async function cutsOf(seed: number, { syncs, atOnce = false }: { syncs: boolean; atOnce?: boolean }): Promise<Cut[]> {
  const random = new Random(seed)
  const crashes = new Random(seed + 1_000_000)
  const disk = new SimulatedDisk()
  disk.syncs = syncs
  const lives = [2, 3].map((slot) => new RandomLife({ volumeId: 7n, slot }, random))
  const cuts: Cut[] = []
  disk.after = () => {
    const slots = lives.map(({ ref, model, next }) => ({ ref, may: next === undefined ? [model] : [model, next] }))
    cuts.push({ disk: disk.crashed(crashes), slots })
  }
  const store = await opened(disk)
  const live = async (life: RandomLife, steps: number) => {
    for (let step = 0; step < steps; step++) {
      await life.step(store).catch((error: unknown) => assert.ok(isStorgoError(error, 'DISK_FULL'), String(error)))
    }
  }
  if (atOnce) await Promise.all(lives.map((life) => live(life, STEPS / 2)))
  else for (let step = 0; step < STEPS; step++) await live(random.pick(lives as [RandomLife, ...RandomLife[]]), 1)
  await store[Symbol.asyncDispose]()
  return cuts
}

/** Opens the store on what is left and compares; now and then after another power cut while it opened. */
async function assertSurvives({ disk, slots }: Cut, random: Random): Promise<void> {
  let found = disk
  if (random.below(4) === 0) {
    const again: SimulatedDisk[] = []
    disk.after = () => again.push(disk.crashed(random))
    await (await opened(disk))[Symbol.asyncDispose]()
    found = random.pick(again as [SimulatedDisk, ...SimulatedDisk[]])
  }
  const store = await opened(found)
  assert.deepEqual(store.health(), { writable: true, readable: true })
  for (const { ref, may } of slots) await assertShowsOne(store, ref, may)
  for (const ref of await store.slots()) await store.drop(ref)
  assert.deepEqual(store.usage(), { stored: 0, staged: 0, capacity: 16 })
  await store[Symbol.asyncDispose]()
}

async function assertShowsOne(store: SlotStore, ref: RandomLife['ref'], may: ModelSlot[]): Promise<void> {
  const errors: unknown[] = []
  for (const model of may) {
    try {
      await assertShows(store, ref, model)
      return
    } catch (error) {
      errors.push(error)
    }
  }
  throw errors[0]
}

function opened(disk: SimulatedDisk): Promise<SlotStore> {
  return openSlotStore({
    ...{ dataDir: 'simulated', capacity: 16, binding: 'test', retentionEpochs: () => RETENTION, disk },
    ...{ openIndex: async () => memoryIndex(), snapshotAfterBytes: 60_000 },
  })
}
