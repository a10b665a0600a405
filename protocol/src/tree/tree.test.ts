import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { concatBytes } from '../bytes.ts'
import { HASH_BYTES, SECTOR_BYTES, SECTOR_DEPTH } from '../units.ts'
import { slotDepth, volumeDepth } from './depth.ts'
import { sectorRoot, slotRoot, volumeRoot } from './roots.ts'
import { sectorRootSlowly, slotRootSlowly, volumeRootSlowly, zeroSlowly } from './tree.reference.ts'
import { zeroRoot } from './zero-root.ts'

const aHash = (seed: number) => new Uint8Array(createHash('sha256').update(String(seed)).digest())
const hashes = (count: number, seed: number) => Array.from({ length: count }, (_, i) => aHash(seed * 1000 + i))
const someBytes = (length: number, seed: number) =>
  new Uint8Array(length).map((_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24)

test('the root of any start of a sector is that of the whole sector with zeros at its end', () => {
  for (const length of [0, 1, 63, 64, 65, 127, 128, 129, 1000, SECTOR_BYTES / 2 + 64, SECTOR_BYTES - 1, SECTOR_BYTES]) {
    const bytes = someBytes(length, length)
    assert.deepEqual(sectorRoot(bytes), sectorRootSlowly(bytes), `${length} bytes`)
  }
})

test('a sector whose end is all zeros but for one byte anywhere has the root of the slow tree', () => {
  const aPlace = fc.nat(SECTOR_BYTES - 1)
  fc.assert(
    fc.property(aPlace, aPlace, fc.integer({ min: 0, max: 4 }), (length, stray, shift) => {
      const sector = new Uint8Array(SECTOR_BYTES + shift).subarray(shift)
      sector.set(someBytes(length, 1))
      sector[stray] = 255
      assert.deepEqual(sectorRoot(sector), sectorRootSlowly(sector))
      assert.deepEqual(sectorRoot(sector.subarray(0, Math.max(length, stray) + 1)), sectorRootSlowly(sector))
    }),
    { numRuns: 25 },
  )
})

test('a sector that is too long has no root', () => {
  assert.throws(() => sectorRoot(new Uint8Array(SECTOR_BYTES + 1)), { code: 'INTERNAL' })
})

test('zero roots are the roots of zeros', () => {
  for (const depth of [0, 1, 14, 15, 47]) assert.deepEqual(zeroRoot(depth), zeroSlowly(depth))
  assert.deepEqual(sectorRoot(new Uint8Array(SECTOR_BYTES)), zeroRoot(SECTOR_DEPTH))
})

test('depths are the rounded up logarithms', () => {
  for (const [count, depth] of [
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [31, 5],
    [32, 5],
  ] as const) {
    assert.equal(slotDepth(count), depth)
    assert.equal(volumeDepth(count), depth)
  }
  assert.equal(slotDepth(2 ** 28 - 1), 28)
  for (const wrong of [-1, 1.5, 2 ** 28, Number.NaN]) assert.throws(() => slotDepth(wrong), RangeError)
  assert.throws(() => volumeDepth(33), RangeError)
})

test('slot and volume roots are those of the slow trees for every count', () => {
  for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 100]) {
    const roots = hashes(count, 1)
    assert.deepEqual(slotRoot(concatBytes(...roots)), slotRootSlowly(roots), `${count} sectors`)
  }
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 32 }), fc.integer({ min: 1, max: 5000 }), (n, sectors) => {
      const roots = hashes(n, 2)
      assert.deepEqual(volumeRoot(concatBytes(...roots), sectors), volumeRootSlowly(roots, sectors))
    }),
  )
})

test('a slot of more sectors than the kept buffers hold has the root of the slow tree', () => {
  const roots = hashes(17_000, 3)
  assert.deepEqual(slotRoot(concatBytes(...roots)), slotRootSlowly(roots))
  // And the buffers stay right for what comes next.
  assert.deepEqual(sectorRoot(someBytes(5000, 1)), sectorRootSlowly(someBytes(5000, 1)))
})

test('without sectors the roots are 32 zero bytes', () => {
  assert.deepEqual(slotRoot(new Uint8Array(0)), new Uint8Array(HASH_BYTES))
  assert.deepEqual(volumeRoot(new Uint8Array(6 * HASH_BYTES), 0), new Uint8Array(HASH_BYTES))
})

test('hashing sectors makes no garbage but the roots', () => {
  const sector = someBytes(SECTOR_BYTES, 5)
  sectorRoot(sector)
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 20; i++) sectorRoot(sector)
  // Each level's nodes in arrays of their own would come to 1 MiB for every sector.
  assert.ok(process.memoryUsage().arrayBuffers - before < SECTOR_BYTES / 4)
})
