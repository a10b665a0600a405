import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { concatBytes } from '../bytes.ts'
import { HASH_BYTES, LEAF_BYTES, LEAVES_PER_SECTOR, SECTOR_BYTES, SECTOR_DEPTH } from '../units.ts'
import { provePath } from './prove-path.ts'
import { sectorRoot } from './roots.ts'
import { sectorTree } from './sector-tree.ts'
import { leafHashesSlowly, levelsSlowly, pathSlowly, zeroSlowly } from './tree.reference.ts'
import { verifyPath } from './verify-path.ts'

const aHash = (seed: number) => new Uint8Array(createHash('sha256').update(String(seed)).digest())
const SECTOR = new Uint8Array(SECTOR_BYTES).map((_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24)
const SECTOR_LEVELS = levelsSlowly(leafHashesSlowly(SECTOR), SECTOR_DEPTH, zeroSlowly(0))
const SECTOR_ROOT = SECTOR_LEVELS.at(-1)![0]!

type Place = { n: number; sectors: number; slot: number; sectorIndex: number; firstLeaf: number; lastLeaf: number }

/** A volume that has SECTOR at one place and invented roots everywhere else; all by the slow trees. */
function aVolume({ n, sectors, slot, sectorIndex, firstLeaf, lastLeaf }: Place) {
  const sectorRoots = Array.from({ length: sectors }, (_, i) => (i === sectorIndex ? SECTOR_ROOT : aHash(i)))
  const slotLevels = levelsSlowly(sectorRoots, Math.ceil(Math.log2(sectors)), zeroSlowly(SECTOR_DEPTH))
  const slotRoots = Array.from({ length: n }, (_, i) => (i === slot ? slotLevels.at(-1)![0]! : aHash(-1 - i)))
  const zeroSlot = zeroSlowly(SECTOR_DEPTH + Math.ceil(Math.log2(sectors)))
  const volumeLevels = levelsSlowly(slotRoots, Math.ceil(Math.log2(n)), zeroSlot)
  return {
    sectorRoots: concatBytes(...sectorRoots),
    slotRoots: concatBytes(...slotRoots),
    root: volumeLevels.at(-1)![0]!,
    path: pathSlowly([
      { levels: SECTOR_LEVELS, first: firstLeaf, last: lastLeaf },
      { levels: slotLevels, first: sectorIndex, last: sectorIndex },
      { levels: volumeLevels, first: slot, last: slot },
    ]),
  }
}

const aLeaf = fc.oneof(
  fc.nat(LEAVES_PER_SECTOR - 1),
  fc.constantFrom(0, 1, 2, LEAVES_PER_SECTOR - 2, LEAVES_PER_SECTOR - 1),
)
const aPlace: fc.Arbitrary<Place> = fc
  .record({
    n: fc.integer({ min: 1, max: 32 }),
    sectors: fc.oneof(
      fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65),
      fc.integer({ min: 1, max: 200 }),
    ),
    slot: fc.nat(),
    sectorIndex: fc.nat(),
    leaves: fc.oneof(
      fc.tuple(aLeaf, aLeaf),
      aLeaf.map((leaf): [number, number] => [leaf, leaf]),
    ),
  })
  .map(({ n, sectors, slot, sectorIndex, leaves }) => ({
    n,
    sectors,
    slot: slot % n,
    sectorIndex: sectorIndex % sectors,
    firstLeaf: Math.min(...leaves),
    lastLeaf: Math.max(...leaves),
  }))

function proofOf(place: Place) {
  const { sectorRoots, slotRoots, root, path } = aVolume(place)
  const bytes = SECTOR.slice(place.firstLeaf * LEAF_BYTES, (place.lastLeaf + 1) * LEAF_BYTES)
  const proven = provePath({ ...place, sector: SECTOR, sectorRoots, slotRoots })
  return { claim: { ...place, root, bytes, path: proven }, slowPath: path }
}

test('the path of any range of leaves is the slow one, and verifies', () => {
  fc.assert(
    fc.property(aPlace, (place) => {
      const { claim, slowPath } = proofOf(place)
      assert.deepEqual(claim.path, slowPath)
      assert.ok(verifyPath(claim))
    }),
    { numRuns: 150 },
  )
})

test('a single leaf has one sibling for every level, and a whole sector none within itself', () => {
  const place = { n: 6, sectors: 5, slot: 3, sectorIndex: 4 }
  const leaf = proofOf({ ...place, firstLeaf: 77, lastLeaf: 77 })
  assert.equal(leaf.claim.path.length, (SECTOR_DEPTH + 3 + 3) * HASH_BYTES)
  const sector = proofOf({ ...place, firstLeaf: 0, lastLeaf: LEAVES_PER_SECTOR - 1 })
  assert.equal(sector.claim.path.length, (3 + 3) * HASH_BYTES)
  assert.ok(verifyPath(sector.claim))
})

test('a path from a half-empty sector verifies against the root of its zero-filled bytes', () => {
  const sector = SECTOR.subarray(0, 1000)
  const whole = new Uint8Array(SECTOR_BYTES)
  whole.set(sector)
  const levels = levelsSlowly(leafHashesSlowly(whole), SECTOR_DEPTH, zeroSlowly(0))
  const root = levels.at(-1)![0]!
  for (const leaf of [0, 15, 16, 5000]) {
    const bytes = whole.slice(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES)
    const place = { n: 1, sectors: 1, slot: 0, sectorIndex: 0, firstLeaf: leaf, lastLeaf: leaf }
    const path = provePath({ ...place, sector, sectorRoots: root, slotRoots: root })
    assert.ok(verifyPath({ ...place, root, bytes, path }), `leaf ${leaf}`)
  }
})

test('every altered byte of leaf, path or root is refused', () => {
  const { claim } = proofOf({ n: 6, sectors: 9, slot: 5, sectorIndex: 8, firstLeaf: 1001, lastLeaf: 1003 })
  assert.ok(verifyPath(claim))
  for (const field of ['bytes', 'path', 'root'] as const) {
    for (let at = 0; at < claim[field].length; at++) {
      const altered = claim[field].slice()
      altered[at]! ^= 1 << (at % 8)
      assert.equal(verifyPath({ ...claim, [field]: altered }), false, `${field}, byte ${at}`)
    }
  }
})

test('a proof for one place is refused for any other', () => {
  fc.assert(
    fc.property(aPlace, aPlace, (place, other) => {
      const { claim } = proofOf(place)
      for (const field of ['n', 'sectors', 'slot', 'sectorIndex', 'firstLeaf'] as const) {
        const moved = { ...claim, [field]: other[field] }
        const sameTree =
          other[field] === place[field] ||
          (field === 'n' && place.slot < other.n && Math.ceil(Math.log2(other.n)) === Math.ceil(Math.log2(place.n))) ||
          (field === 'sectors' &&
            place.sectorIndex < other.sectors &&
            Math.ceil(Math.log2(other.sectors)) === Math.ceil(Math.log2(place.sectors)))
        assert.equal(verifyPath(moved), sameTree, field)
      }
    }),
    { numRuns: 60 },
  )
})

test('sizes and numbers out of bounds are refused without an exception', () => {
  const { claim } = proofOf({ n: 6, sectors: 5, slot: 1, sectorIndex: 2, firstLeaf: 16_000, lastLeaf: 16_001 })
  const wrong: Partial<typeof claim>[] = [
    { n: 0 },
    { n: 33 },
    { n: 1.5 },
    { slot: -1 },
    { slot: 6 },
    { slot: Number.NaN },
    { sectors: 0 },
    { sectors: 2 ** 28 },
    { sectorIndex: 5 },
    { sectorIndex: -1 },
    { firstLeaf: -1 },
    { firstLeaf: LEAVES_PER_SECTOR - 1 },
    { firstLeaf: 0.5 },
    { bytes: new Uint8Array(0) },
    { bytes: claim.bytes.subarray(1) },
    { bytes: new Uint8Array(SECTOR_BYTES + LEAF_BYTES) },
    { path: claim.path.subarray(1) },
    { path: claim.path.subarray(32) },
    { path: concatBytes(claim.path, new Uint8Array(32)) },
    { path: new Uint8Array(0) },
    { root: claim.root.subarray(1) },
    { root: concatBytes(claim.root, new Uint8Array(32)) },
  ]
  for (const change of wrong) assert.equal(verifyPath({ ...claim, ...change }), false, Object.keys(change).join())
})

test('the known tree of a sector gives the same paths, also where the sector ends in zeros', () => {
  const ends = fc.oneof(fc.nat(SECTOR_BYTES), fc.constantFrom(0, 1, 1023, 1024, 1025, SECTOR_BYTES))
  fc.assert(
    fc.property(ends, aLeaf, aLeaf, (end, a, b) => {
      const sector = SECTOR.slice().fill(0, end)
      const tree = sectorTree(sector)
      const root = sectorRoot(sector)
      assert.deepEqual(tree.root, root)
      const [firstLeaf, lastLeaf] = [Math.min(a, b), Math.max(a, b)]
      const place = { slot: 0, sectorIndex: 0, firstLeaf }
      const path = provePath({ ...place, lastLeaf, sector, tree, sectorRoots: root, slotRoots: root })
      const bytes = sector.subarray(firstLeaf * LEAF_BYTES, (lastLeaf + 1) * LEAF_BYTES)
      assert.ok(verifyPath({ ...place, root, sectors: 1, n: 1, bytes, path }))
      assert.deepEqual(provePath({ ...place, lastLeaf, sector, sectorRoots: root, slotRoots: root }), path)
    }),
  )
})
