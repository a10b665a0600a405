import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concatBytes, ErasureCode, locate, SECTOR_BYTES, sectorRoot, slotRoot, volumeRoot } from '@storgo/protocol'
import fc from 'fast-check'
import { LogWriter, type SectorPatch } from './log-writer.ts'
import { SlotFrontier } from './slot-frontier.ts'
import { frontiersOf, frontiersValue } from './stored-frontiers.ts'

/** Slots as plain arrays of sectors, which do just what a patch says. */
class PlainSlots {
  readonly sectors: Uint8Array[][]
  constructor(n: number) {
    this.sectors = Array.from({ length: n }, () => [])
  }

  sink = async (changes: SectorPatch[][]): Promise<void> => {
    for (const [slot, patches] of changes.entries()) {
      for (const { sector, offset, bytes, mode } of patches) {
        if (mode === 'replace') assert.deepEqual([offset, bytes.length], [0, SECTOR_BYTES])
        const held = this.sector(slot, sector)
        for (let i = 0; i < bytes.length; i++)
          held[offset + i] = (mode === 'replace' ? 0 : held[offset + i]!) ^ bytes[i]!
      }
    }
  }

  sector(slot: number, index: number): Uint8Array {
    const held = this.sectors[slot]!
    while (held.length <= index) held.push(new Uint8Array(SECTOR_BYTES))
    return held[index]!
  }

  root(sectors: number): Uint8Array {
    const roots = this.sectors.map((_, slot) =>
      slotRoot(concatBytes(...Array.from({ length: sectors }, (_, i) => sectorRoot(this.sector(slot, i))))),
    )
    return volumeRoot(concatBytes(...roots), sectors)
  }
}

const bytesOf = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 255)

function writerOf(code: ErasureCode, options: Partial<ConstructorParameters<typeof LogWriter>[0]> = {}): LogWriter {
  const frontiers = Array.from({ length: code.k + code.m }, () => new SlotFrontier())
  const tailStripe = new Uint8Array(code.k * SECTOR_BYTES)
  return new LogWriter({ code, tail: 0, tailStripe, frontiers, billedSectors: 100, ...options })
}

/** Lengths around a sector and a stripe, and small ones; null flushes. */
const steps = fc.array(
  fc.oneof(
    fc.constant(null),
    fc.integer({ min: 1, max: 3000 }),
    fc.constantFrom(SECTOR_BYTES - 1, SECTOR_BYTES, SECTOR_BYTES + 1, 2 * SECTOR_BYTES, 3 * SECTOR_BYTES + 5),
  ),
  { maxLength: 8 },
)

test('whatever is appended and flushed, the slots hold the log, its parity and the roots that were computed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom([1, 0], [1, 2], [2, 1], [3, 2]), steps, async ([k, m], lengths) => {
      const code = ErasureCode.create(k!, m!)
      const slots = new PlainSlots(k! + m!)
      const log = writerOf(code)
      const written: { offset: number; bytes: Uint8Array }[] = []
      for (const [i, length] of [...lengths, null].entries()) {
        if (length !== null) {
          const bytes = bytesOf(length, i + 1)
          const extent = await log.append(bytes, slots.sink)
          assert.equal(extent.length, length)
          written.push({ offset: extent.offset, bytes })
          continue
        }
        const { sectors, root } = await log.flush(slots.sink)
        assert.equal(sectors, Math.ceil(log.tail / (k! * SECTOR_BYTES)))
        assert.deepEqual(root, slots.root(sectors))
      }
      for (const { offset, bytes } of written) {
        const parts = locate({ offset, length: bytes.length }, k!).map(({ slot, stripe, offset: from, length }) =>
          slots.sector(slot, stripe).subarray(from, from + length),
        )
        assert.ok(Buffer.from(concatBytes(...parts)).equals(bytes))
      }
      for (let stripe = 0; stripe < Math.ceil(log.tail / (k! * SECTOR_BYTES)); stripe++) {
        const all = Array.from({ length: k! + m! }, (_, slot) => slots.sector(slot, stripe))
        const parity = code.encode(all.slice(0, k!))
        for (const [i, sector] of parity.entries()) assert.ok(Buffer.from(sector).equals(all[k! + i]!))
      }
    }),
    { numRuns: 25 },
  )
})

test('a writer that takes over from stored frontiers and the tail stripe goes on with the same roots', async () => {
  const code = ErasureCode.create(2, 1)
  const slots = new PlainSlots(3)
  const first = writerOf(code)
  await first.append(bytesOf(5 * SECTOR_BYTES + 77, 1), slots.sink)
  await first.flush(slots.sink)
  const tailStripe = concatBytes(slots.sector(0, 2), slots.sector(1, 2))
  const frontiers = frontiersOf(frontiersValue(first.frontiers), { n: 3, most: 2 })
  const second = writerOf(code, { tail: first.tail, tailStripe, frontiers })
  await second.append(bytesOf(SECTOR_BYTES, 2), slots.sink)
  const { root, sectors } = await second.flush(slots.sink)
  assert.deepEqual(root, slots.root(sectors))
})

test('appending a little to a half-full stripe sends that little to one data slot and to each parity slot', async () => {
  const log = writerOf(ErasureCode.create(4, 2))
  await log.append(bytesOf(1000, 1), async () => {})
  await log.flush(async () => {})
  const sent: number[] = []
  await log.append(bytesOf(10_240, 2), async () => {})
  await log.flush(async (changes) => {
    sent.push(...changes.map((patches) => patches.reduce((sum, { bytes }) => sum + bytes.length, 0)))
  })
  assert.deepEqual(sent, [10_240, 0, 0, 0, 10_240, 10_240])
})

test('what the volume does not pay for is refused before anything is sent', async () => {
  const log = writerOf(ErasureCode.create(2, 1), { billedSectors: 1 })
  const sink = () => assert.fail('nothing is sent')
  await log.append(bytesOf(100, 1), sink)
  await assert.rejects(log.append(new Uint8Array(2 * SECTOR_BYTES - 99), sink), { code: 'VOLUME_FULL' })
  assert.equal(log.tail, 100)
})
