import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CborValue,
  type Change,
  concatBytes,
  type Epoch,
  ErasureCode,
  type Extent,
  FREE_RUNS_KEY,
  isStorgoError,
  SECTOR_BYTES,
} from '@storgo/protocol'
import fc from 'fast-check'
import { PlainSlots } from './fixtures/plain-slots.ts'
import type { LogWriter } from './log-writer.ts'
import { restoreLog } from './restore-log.ts'

const bytesOf = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 255)
const hex = (key: Uint8Array) => Buffer.from(key).toString('hex')

/** A volume in memory: slots, what the catalog says of the log, and a writer that can be made anew from them. */
class AVolume {
  readonly code: ErasureCode
  readonly slots: PlainSlots
  readonly billedSectors: number
  readonly #entries = new Map<string, CborValue>()
  #state: { sectors: number; root: Uint8Array } = { sectors: 0, root: new Uint8Array(32) }
  #tail = 0
  #end: number | undefined
  #nonce = 0n
  log!: LogWriter
  reads = 0

  constructor(code: ErasureCode, { billedSectors = 100 } = {}) {
    this.code = code
    this.slots = new PlainSlots(code)
    this.billedSectors = billedSectors
  }

  /** A writer that knows only what slots and catalog have. */
  async reopen(): Promise<this> {
    this.reads = 0
    this.log = await restoreLog({
      code: this.code,
      state: this.#state,
      tail: this.#tail,
      end: this.#end,
      billedSectors: this.billedSectors,
      read: async (extent) => {
        this.reads++
        return this.slots.read(extent)
      },
      entry: async (key) => this.#entries.get(hex(key)),
    })
    return this
  }

  append(bytes: Uint8Array): Promise<Extent> {
    return this.log.append(bytes, this.slots.sink)
  }

  /** Makes a state, with nodes of a catalog of so many bytes each; the last is the root. */
  async sign(nodes: readonly number[] = [50], freed: readonly number[] = []): Promise<void> {
    const nonce = ++this.#nonce
    this.log.addFree(
      freed.map((first) => ({ first, count: 1 })),
      { nonce, epoch: 1 as Epoch },
    )
    const entries = this.log.entries()
    for (const length of nodes) {
      const { offset } = await this.append(bytesOf(length, length))
      this.#end = offset + length
    }
    const { root, sectors, tail } = await this.log.flush(this.slots.sink)
    assert.equal(sectors, Math.ceil(tail / (this.code.k * SECTOR_BYTES)))
    assert.deepEqual(root, this.slots.root(sectors))
    this.slots.signed(
      sectors,
      this.log.freed.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i)),
    )
    this.log.signed()
    for (const { key, value } of entries as Change[]) {
      if (value === undefined) this.#entries.delete(hex(key))
      else this.#entries.set(hex(key), value)
    }
    this.#state = { sectors, root }
    this.#tail = tail
  }
}

const aVolume = (k: number, m: number, options?: { billedSectors?: number }) =>
  new AVolume(ErasureCode.create(k, m), options).reopen()

/** Lengths around a sector and a stripe, and small ones. */
const aLength = fc.oneof(
  fc.integer({ min: 1, max: 3000 }),
  fc.constantFrom(SECTOR_BYTES - 1, SECTOR_BYTES, SECTOR_BYTES + 16),
)
const aStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('append' as const), length: aLength }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('sign' as const),
      nodes: fc.array(fc.oneof(fc.integer({ min: 20, max: 32_784 }), fc.constant(32_784)), {
        minLength: 1,
        maxLength: 4,
      }),
      manyNodes: fc.boolean(),
      /** Which stripes lose what lives in them, as parts of all. */
      freed: fc.array(fc.nat(), { maxLength: 3 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), all: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
)

test('whatever is appended, freed, used again and taken over, the slots hold what lives, its parity and the computed roots', async () => {
  const shapes = fc.constantFrom([1, 0], [1, 1], [2, 1], [3, 2])
  await fc.assert(
    fc.asyncProperty(shapes, fc.array(aStep, { minLength: 8, maxLength: 24 }), async ([k, m], steps) => {
      const volume = await aVolume(k as number, m as number)
      const stripeBytes = (k as number) * SECTOR_BYTES
      let written: { extent: Extent; bytes: Uint8Array }[] = []
      let nonce = 1n
      for (let i = 0; i < 6; i++) {
        const bytes = bytesOf(SECTOR_BYTES, i)
        written.push({ extent: await volume.append(bytes), bytes })
      }
      await volume.sign()
      for (const [i, step] of [
        ...steps,
        { kind: 'sign' as const, nodes: [60], manyNodes: false, freed: [] },
      ].entries()) {
        if (step.kind === 'append') {
          const bytes = bytesOf(step.length, i + 1)
          const extent = await volume.append(bytes)
          assert.equal(extent.length, bytes.length)
          written.push({ extent, bytes })
        } else if (step.kind === 'sign') {
          const stripes = Math.ceil(volume.log.tail / stripeBytes)
          const usable = (stripe: number) =>
            stripe < stripes && !volume.log.isInUse(stripe) && !volume.log.free.has(stripe)
          const freed = [...new Set(step.freed.map((at) => at % Math.max(1, stripes)))]
            .filter(usable)
            .sort((a, b) => a - b)
          written = written.filter(({ extent }) => {
            const [from, to] = [extent.offset, extent.offset + extent.length]
            return !freed.some((stripe) => from < (stripe + 1) * stripeBytes && to > stripe * stripeBytes)
          })
          // Enough to leave the stripe that the entries were written in.
          await volume.sign(
            step.manyNodes ? [...Array(Math.ceil(stripeBytes / 32_000)).fill(32_784), 70] : step.nodes,
            freed,
          )
          nonce++
        } else if (step.kind === 'release') {
          volume.log.free.release(step.all ? nonce : nonce - 1n)
        } else {
          await volume.sign()
          nonce++
          await volume.reopen()
        }
      }
      for (const { extent, bytes } of written) assert.ok(Buffer.from(volume.slots.read(extent)).equals(bytes))
      volume.slots.assertParity(Math.ceil(volume.log.tail / stripeBytes))
    }),
    { numRuns: 8, endOnFailure: true },
  )
})

test('a small change costs a small part of the roots, and a writer that takes over reads one stripe', async () => {
  const volume = await aVolume(1, 1)
  for (let i = 0; i < 40; i++) await volume.append(bytesOf(SECTOR_BYTES, i))
  await volume.append(bytesOf(100, 1))
  await volume.sign()
  await volume.reopen()
  assert.equal(volume.reads, 1)
  await volume.append(bytesOf(100, 2))
  const rows = volume.log.entries().filter(({ key }) => key.length > 1)
  assert.deepEqual(rows, [])
  await volume.sign()
})

test('stripes that were freed are filled before the tail, once they may be', async () => {
  const volume = await aVolume(2, 1)
  for (let i = 0; i < 6; i++) await volume.append(bytesOf(SECTOR_BYTES, i))
  await volume.append(bytesOf(10, 1))
  await volume.sign([50], [0, 1])
  const { tail } = volume.log
  await volume.append(bytesOf(10, 2))
  assert.equal(volume.log.tail, tail + 10)
  assert.deepEqual([volume.log.free.usable, volume.log.free.retained], [0, 2])
  volume.log.free.expire(5 as Epoch, 3)
  assert.equal(volume.log.free.usable, 0)
  volume.log.free.expire(6 as Epoch, 3)
  assert.equal(volume.log.free.usable, 2)
  assert.equal((await volume.append(bytesOf(3 * SECTOR_BYTES, 3))).offset, 0)
  await volume.sign()
  await volume.reopen()
  assert.equal((await volume.append(bytesOf(SECTOR_BYTES - 50, 4))).offset, 3 * SECTOR_BYTES + 50)
  assert.equal((await volume.append(bytesOf(1, 5))).offset, tail + 10)
  await volume.sign()
})

test('a catalog that outgrows the free stripes goes on at the tail, and the next writer finds both', async () => {
  const volume = await aVolume(2, 1)
  for (let i = 0; i < 5; i++) await volume.append(bytesOf(SECTOR_BYTES, i))
  await volume.sign([50], [0])
  volume.log.free.release(1n)
  await volume.append(bytesOf(2 * SECTOR_BYTES - 40_000, 9))
  const { tail } = volume.log
  await volume.sign([32_000, 32_000, 60])
  assert.equal(volume.log.tail, tail + 32_060)
  await volume.reopen()
  assert.equal(volume.reads, 2)
  assert.equal((await volume.append(bytesOf(10, 1))).offset, tail + 32_060)
  await volume.sign()
})

test('appending a little to a half-full stripe sends that little to one data slot and to each parity slot', async () => {
  const volume = await aVolume(4, 2)
  await volume.append(bytesOf(1000, 1))
  await volume.sign()
  const sent: number[] = []
  await volume.append(bytesOf(10_240, 2))
  await volume.log.flush(async (changes) => {
    sent.push(...changes.map((patches) => patches.reduce((sum, { bytes }) => sum + bytes.length, 0)))
  })
  assert.deepEqual(sent, [10_240, 0, 0, 0, 10_240, 10_240])
})

test('a little in a stripe that is used again sends that little and tells every slot to begin anew', async () => {
  const volume = await aVolume(2, 1)
  await volume.append(concatBytes(bytesOf(4 * SECTOR_BYTES, 1)))
  await volume.sign([50], [0])
  volume.log.free.release(1n)
  await volume.append(bytesOf(100, 2))
  await volume.log.flush(async (changes) => {
    assert.deepEqual(
      changes.map((patches) => patches.map(({ sector, mode, bytes }) => [sector, mode, bytes.length])),
      [[[0, 'fresh', 100]], [[0, 'fresh', 0]], [[0, 'fresh', 100]]],
    )
  })
})

test('what the volume does not pay for is refused before anything is sent', async () => {
  const volume = await aVolume(2, 1, { billedSectors: 16 })
  const capacity = 16 * 2 * SECTOR_BYTES
  const reserve = capacity / 16
  const sink = () => assert.fail('nothing is sent')
  await volume.append(bytesOf(100, 1))
  const tooMuch = new Uint8Array(capacity - reserve - 99)
  await assert.rejects(volume.log.append(tooMuch, sink), { code: 'VOLUME_FULL' })
  assert.equal(volume.log.tail, 100)
})

test('the reserve is for what makes room', async () => {
  const volume = await aVolume(1, 1, { billedSectors: 16 })
  for (let i = 0; i < 15; i++) await volume.append(bytesOf(SECTOR_BYTES, i))
  await assert.rejects(volume.append(bytesOf(1, 1)), { code: 'VOLUME_FULL' })
  volume.log.useReserve()
  await volume.append(bytesOf(SECTOR_BYTES - 100, 1))
  await assert.rejects(volume.append(bytesOf(101, 1)), { code: 'VOLUME_FULL' })
  await volume.sign([50], [0, 1, 2])
  await assert.rejects(volume.append(bytesOf(51, 1)), (error) => {
    assert.ok(isStorgoError(error, 'VOLUME_FULL'))
    assert.equal(error.details['retained'], 3 * SECTOR_BYTES)
    return true
  })
  volume.log.free.release(1n)
  assert.equal((await volume.append(bytesOf(SECTOR_BYTES, 1))).offset, 0)
  assert.ok(volume.log.entries().some(({ key }) => hex(key) === hex(FREE_RUNS_KEY)))
})

test('a log that is not the one of the state is refused', async () => {
  const code = ErasureCode.create(1, 1)
  const wrong = { sectors: 1, root: new Uint8Array(32).fill(1) }
  const options = { code, tail: 10, end: 10, billedSectors: 9, entry: async () => undefined }
  const read = async ({ length }: Extent) => new Uint8Array(length)
  await assert.rejects(restoreLog({ ...options, state: wrong, read }), { code: 'CATALOG_CORRUPT' })
})
