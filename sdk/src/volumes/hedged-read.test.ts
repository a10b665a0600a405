import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ErasureCode, StorgoError } from '@storgo/protocol'
import { type HedgedReadOptions, hedgedRead } from './hedged-read.ts'
import { LEAST_PATIENCE_MS, SlotHealth } from './slot-health.ts'

const code = ErasureCode.create(4, 2)
const range = { slot: 1, sector: 0, offset: 0, length: 64 }
const data = Array.from({ length: 4 }, (_, slot) => new Uint8Array(64).fill(slot + 1))
const sectors = [...data, ...code.encode(data)]
const never = new AbortController().signal
const turns = async (count = 20) => {
  for (let i = 0; i < count; i++) await Promise.resolve()
}

type Behaviour = 'answers' | 'refuses' | 'lies' | 'hangs' | 'has lost sector 0'

/** Slots that do as told; `asked` is the order in which they were. */
function slots(behaviours: Partial<Record<number, Behaviour>>) {
  const asked: number[] = []
  const troubled: number[] = []
  const slow: number[] = []
  const clock = { nowMs: 0 }
  const late = new Map<number, (bytes: Uint8Array) => void>()
  const looked: number[] = []
  const health = new SlotHealth(() => clock.nowMs)
  health.judgeBy(
    sectors.map((_, slot) => ({
      ...{ slot, expectedMs: () => 0, heardMs: () => undefined, isComingBack: () => false },
      isThere: async () => {
        looked.push(slot)
        if (behaviours[slot] === 'hangs') await new Promise(() => {})
      },
    })),
  )
  const options: HedgedReadOptions = {
    ...{ code, health },
    readSlot: ({ slot, sector }) => {
      asked.push(slot)
      const behaviour = behaviours[slot] ?? 'answers'
      if (behaviour === 'refuses') return Promise.reject(new StorgoError('PEER_UNREACHABLE', 'gone'))
      if (behaviour === 'lies') return Promise.reject(new StorgoError('PROOF_INVALID', 'altered'))
      if (behaviour === 'has lost sector 0' && sector === 0)
        return Promise.reject(new StorgoError('SECTOR_CORRUPT', 'lost'))
      if (behaviour === 'hangs') return new Promise((resolve) => late.set(slot, resolve))
      return Promise.resolve(sectors[slot]!)
    },
    onTrouble: (slot) => troubled.push(slot),
    onSlow: (slot) => slow.push(slot),
  }
  const pass = async (t: TestContext, ms: number) => {
    // No longer at once than half of the least patience.
    for (let leftMs = ms; leftMs > 0; leftMs -= 150) {
      const stepMs = Math.min(leftMs, 150)
      clock.nowMs += stepMs
      t.mock.timers.tick(stepMs)
      await turns()
    }
  }
  return { clock, asked, troubled, slow, looked, late, options, pass }
}

test('a good slot alone is asked', async () => {
  const { asked, options } = slots({})
  assert.deepEqual(await hedgedRead(range, options, never), sectors[1])
  assert.deepEqual(asked, [1])
})

test('a range of a slot that refuses or lies is worked out from k others, and the slot is named once', async () => {
  for (const behaviour of ['refuses', 'lies'] as const) {
    const { asked, troubled, options } = slots({ 1: behaviour })
    assert.deepEqual(await hedgedRead(range, options, never), sectors[1])
    assert.deepEqual(asked, [1, 0, 2, 3, 4])
    assert.deepEqual(await hedgedRead(range, options, never), sectors[1])
    assert.deepEqual(asked.slice(5), [0, 2, 3, 4])
    assert.deepEqual(troubled, [1])
  }
})

test('slots that have lost a sector are asked for others, and last where there is a choice', async () => {
  const lost = 'has lost sector 0'
  const { troubled, options } = slots({ 1: lost, 3: lost, 4: lost })
  await assert.rejects(hedgedRead(range, options, never), { code: 'NOT_ENOUGH_SLOTS' })
  assert.deepEqual(troubled, [1, 3, 4])
  assert.deepEqual(await hedgedRead({ ...range, sector: 7 }, options, never), sectors[1])
  const { asked, options: fewer } = slots({ 1: lost })
  await hedgedRead(range, fewer, never)
  assert.deepEqual(await hedgedRead({ ...range, slot: 0, sector: 7 }, fewer, never), sectors[0])
  assert.deepEqual(asked, [1, 0, 2, 3, 4, 0])
})

test('a process that is late for everything reads round a silent slot all the same', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { clock, slow, options } = slots({ 1: 'hangs' })
  const reading = hedgedRead(range, options, never)
  for (let looks = 0; looks < 8; looks++) {
    clock.nowMs += 5_000
    t.mock.timers.tick(LEAST_PATIENCE_MS / 2)
    await turns()
  }
  assert.deepEqual(await reading, sectors[1])
  assert.deepEqual(slow, [1])
})

test('a slot that keeps silent while another answers is read round, and not waited for again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { asked, troubled, slow, options, pass } = slots({ 1: 'hangs' })
  const reading = hedgedRead(range, options, never)
  assert.deepEqual(await hedgedRead({ ...range, slot: 0 }, options, never), sectors[0])
  await pass(t, LEAST_PATIENCE_MS - 1)
  assert.deepEqual(asked, [1, 0])
  await pass(t, 1)
  assert.deepEqual(await reading, sectors[1])
  assert.deepEqual(await hedgedRead(range, options, never), sectors[1])
  assert.deepEqual(asked, [1, 0, 0, 2, 3, 4, 0, 2, 3, 4])
  assert.deepEqual([slow, troubled], [[1, 1], []])
})

test('one that is asked alone is waited for longer, and others are asked whether they are there before they are asked for more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { asked, looked, options, pass } = slots({ 1: 'hangs' })
  const reading = hedgedRead(range, options, never)
  await pass(t, 2 * LEAST_PATIENCE_MS)
  assert.deepEqual([asked, looked], [[1], []])
  await pass(t, LEAST_PATIENCE_MS)
  assert.deepEqual(looked, [0, 2])
  assert.deepEqual(await reading, sectors[1])
})

test('while nobody answers nobody is asked for more, however long, and once somebody does those who are there are', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const hanging = { 0: 'hangs', 1: 'hangs', 2: 'hangs', 3: 'hangs', 4: 'hangs', 5: 'hangs' } as const
  const behaviours: Parameters<typeof slots>[0] = { ...hanging }
  const { asked, looked, options, pass, late } = slots(behaviours)
  const reading = [0, 1, 2].map((slot) => hedgedRead({ ...range, slot }, options, never))
  await pass(t, 20_000)
  assert.deepEqual(asked, [0, 1, 2])
  assert.deepEqual(looked, [3, 4], 'as many as may be lost, once')
  for (const slot of [0, 1, 3, 4, 5]) delete behaviours[slot]
  late.get(0)?.(sectors[0]!)
  late.get(1)?.(sectors[1]!)
  await pass(t, 60_000)
  assert.deepEqual(await Promise.all(reading), sectors.slice(0, 3))
})

test('a slow answer that comes after all makes the slot good again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { late, options, pass } = slots({ 1: 'hangs' })
  const reading = hedgedRead(range, options, never)
  await hedgedRead({ ...range, slot: 0 }, options, never)
  await pass(t, LEAST_PATIENCE_MS)
  await reading
  assert.equal(options.health.rank(1), 1)
  late.get(1)!(sectors[1]!)
  await turns()
  assert.equal(options.health.rank(1), 0)
})

test('when some of the others hang as well, those left are asked', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { asked, options, pass } = slots({ 1: 'hangs', 0: 'hangs' })
  const reading = hedgedRead(range, options, never)
  await hedgedRead({ ...range, slot: 2 }, options, never)
  await pass(t, LEAST_PATIENCE_MS)
  assert.deepEqual(asked, [1, 2, 0, 2, 3, 4])
  await pass(t, LEAST_PATIENCE_MS)
  assert.deepEqual(await reading, sectors[1])
  assert.deepEqual(asked, [1, 2, 0, 2, 3, 4, 5])
})

test('with fewer than k good slots it says so', async () => {
  const { options } = slots({ 0: 'refuses', 1: 'lies', 5: 'refuses' })
  await assert.rejects(hedgedRead(range, options, never), { code: 'NOT_ENOUGH_SLOTS' })
})

test('it says so too when the good ones answer last', async () => {
  const { options, late } = slots({ 0: 'hangs', 1: 'refuses', 2: 'hangs', 3: 'hangs', 4: 'refuses', 5: 'refuses' })
  const reading = hedgedRead(range, options, never)
  await turns()
  for (const slot of [0, 2, 3]) late.get(slot)!(sectors[slot]!)
  await assert.rejects(reading, {
    code: 'NOT_ENOUGH_SLOTS',
    details: { answered: 3, needed: 4, slots: 6, errors: 'PEER_UNREACHABLE' },
  })
})

test('the caller may stop waiting', async () => {
  const { options } = slots({ 1: 'hangs' })
  const controller = new AbortController()
  const reading = hedgedRead(range, options, controller.signal)
  controller.abort(new Error('enough'))
  await assert.rejects(reading, { message: 'enough' })
})

test('a slot that lied stays left out however long it is; one that failed gets another chance', () => {
  let nowMs = 0
  const health = new SlotHealth(() => nowMs)
  health.failed(0, new StorgoError('PROOF_INVALID', 'altered'))
  health.failed(1, new StorgoError('PEER_UNREACHABLE', 'gone'))
  assert.deepEqual([health.rank(0), health.rank(1), health.rank(2)], [undefined, undefined, 0])
  nowMs = 60_000
  assert.deepEqual([health.rank(0), health.rank(1)], [undefined, 1])
  health.answered(1, nowMs - 5)
  assert.equal(health.rank(1), 0)
})
