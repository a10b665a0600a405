// A provider that no longer holds everything
// ├── that lost 5 % of its sectors fails within a handful of epochs: in the first that draws one of them
// └── that flipped one byte fails in exactly the epochs that draw its leaf
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { challengedLeaf, HASH_BYTES, LEAF_BYTES, LEAVES_PER_SECTOR, provePath, type Sample } from '@storgo/protocol'
import { type Hex, keccak256, numberToHex } from 'viem'
import { account, aStorgo, fixture } from '../fixtures/network.ts'
import { readBook, shelve, stockOf } from './fixtures/a-book.ts'
import { type Drawn, draw, encodeProof, findMixHash, type Proof, proofOf, seedOf } from './fixtures/proof.ts'
import { nextEpochWith } from './fixtures/seed-epoch.ts'
import { labelOf, sectorOf } from './fixtures/stored-slot.ts'
import { isProven, refuses, submit } from './fixtures/submit.ts'

const VOLUME = { volumeId: 1n, slot: 2, n: 3, billed: 20, sectors: 20 }
/** One of twenty sectors. */
const LOST = 13

const aFullSlot = fixture(async function aFullSlot() {
  const storgo = await aStorgo()
  const wallet = account(storgo, 1)
  await shelve(storgo, wallet.account.address, VOLUME)
  const { stored, signed } = stockOf(storgo, [VOLUME])
  return { ...storgo, wallet, operator: wallet.account.address, stored, signed, slot: stored.get(VOLUME.volumeId)! }
})

type FullSlot = Awaited<ReturnType<typeof aFullSlot>>

/** The next epoch with a given RANDAO value, what it draws, and what an honest provider would send. */
async function nextDraw(scene: FullSlot, mixHash: Hex) {
  const { epoch, seed } = await nextEpochWith(scene, mixHash)
  const drawn = draw(await readBook(scene, scene.operator), seed, scene.operator, epoch)
  return { ...scene, epoch, drawn, honest: proofOf(drawn, scene.stored, scene.signed) }
}

const sectorsIn = (drawn: readonly Drawn[]): number[] =>
  drawn.map(({ offset }) => challengedLeaf(offset, VOLUME.sectors).sectorIndex)

/** The proof with sample `i` made from something else than the slot's bytes. */
const replaced = (proof: Proof, i: number, shown: Sample['proof']): Proof => ({
  ...proof,
  samples: proof.samples.with(i, { ...proof.samples[i]!, proof: shown }),
})

test('a provider that lost 5 % of its sectors fails within a handful of epochs', async () => {
  const scene = await aFullSlot()
  let failed: number | undefined
  let epochs = 0
  while (failed === undefined) {
    epochs++
    const mixHash = keccak256(numberToHex(epochs))
    const next = await nextDraw(scene, mixHash)
    const hit = sectorsIn(next.drawn).indexOf(LOST)
    if (hit === -1) {
      await submit(next, encodeProof(next.honest))
      assert.equal(await isProven(next), true)
      continue
    }
    failed = hit
    const { offset } = next.drawn[hit]!
    const { sectorIndex, leaf } = challengedLeaf(offset, VOLUME.sectors)
    // What is left to show: zeros, a path through a sector of zeros, or a sector that it still has.
    const zeros = provePath({ ...scene.slot, sector: new Uint8Array(), sectorIndex, firstLeaf: leaf, lastLeaf: leaf })
    const kept = sectorOf(labelOf(scene.slot, LOST - 1))
    const instead = kept.slice(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES)
    const path = provePath({ ...scene.slot, sector: kept, sectorIndex, firstLeaf: leaf, lastLeaf: leaf })
    const tries: Sample['proof'][] = [
      { leaf: new Uint8Array(LEAF_BYTES), path: zeros },
      { leaf: new Uint8Array(LEAF_BYTES), path: new Uint8Array(zeros.length) },
      { leaf: instead, path },
    ]
    for (const shown of tries) {
      const proof = encodeProof(replaced(next.honest, hit, shown))
      await refuses(next, proof, 'ProofOfStorageLeafMismatch', [BigInt(hit)])
    }
    assert.equal(await isProven(next), false)
  }
  assert.ok(epochs <= 5, `it took ${epochs} epochs`)
})

test('over 200 seeds a provider that lost 5 % of its sectors is found out in the first epoch two times in three', async () => {
  const scene = await aFullSlot()
  const place = { volumeId: 1n, slot: 2, n: 3, frozenSectors: 20 }
  const found = Array.from({ length: 200 }, (_, i) => {
    const seed = seedOf(scene, keccak256(numberToHex(i)), 1)
    return sectorsIn(draw([place], seed, scene.operator, 1)).includes(LOST)
  }).filter(Boolean).length
  // 1 - 0.95 ** 20 = 0.64 of 200 is 128, with a standard deviation of 6.8.
  assert.ok(found > 108 && found < 148, `${found} of 200`)
})

test('a provider that flipped one byte fails in exactly the epochs that draw its leaf', async () => {
  const scene = await aFullSlot()
  const first = (await scene.proofs.read.currentEpoch()) + 1
  const place = { volumeId: 1n, slot: 2, n: 3, frozenSectors: 20 }
  const offsetsOf = (mixHash: Hex, epoch: number): number[] =>
    draw([place], seedOf(scene, mixHash, epoch), scene.operator, epoch).map(({ offset }) => offset)
  const drawing = numberToHex(0xd1, { size: 32 })
  const damaged = offsetsOf(drawing, first)[7]!
  const sectorIndex = Math.floor(damaged / LEAVES_PER_SECTOR)
  const sparing = (epoch: number): Hex =>
    findMixHash((mixHash) => {
      const offsets = offsetsOf(mixHash, epoch)
      const sameSector = offsets.some((offset) => Math.floor(offset / LEAVES_PER_SECTOR) === sectorIndex)
      return sameSector && !offsets.includes(damaged)
    })

  const hit = await nextDraw(scene, drawing)
  assert.equal(hit.drawn[7]!.offset, damaged)
  const { leaf, path } = hit.honest.samples[7]!.proof!
  const flipped = leaf.with(40, leaf[40]! ^ 0x10)
  const shown = encodeProof(replaced(hit.honest, 7, { leaf: flipped, path }))
  await refuses(hit, shown, 'ProofOfStorageLeafMismatch', [7n])
  assert.equal(await isProven(hit), false)

  // It has kept the hashes of its leaves, so that all its other leaves still lead to the root, also in the same sector.
  for (const epoch of [first + 1, first + 2]) {
    const spared = await nextDraw(scene, sparing(epoch))
    assert.equal(spared.epoch, epoch)
    await submit(spared, encodeProof(spared.honest))
    assert.equal(await isProven(spared), true)
  }
  assert.equal(await scene.proofs.read.provenCount([scene.operator, first + 3]), 2)
})

test('without the kept hashes one flipped byte costs every leaf of its sector', async () => {
  const scene = await aFullSlot()
  const first = (await scene.proofs.read.currentEpoch()) + 1
  const place = { volumeId: 1n, slot: 2, n: 3, frozenSectors: 20 }
  const mixHash = findMixHash((candidate) => {
    return sectorsIn(draw([place], seedOf(scene, candidate, first), scene.operator, first)).includes(LOST)
  })
  const next = await nextDraw(scene, mixHash)
  const i = sectorsIn(next.drawn).indexOf(LOST)
  const { leaf } = challengedLeaf(next.drawn[i]!.offset, VOLUME.sectors)
  const sector = sectorOf(labelOf(scene.slot, LOST))
  const elsewhere = ((leaf + 5000) % LEAVES_PER_SECTOR) * LEAF_BYTES
  sector[elsewhere] = sector[elsewhere]! ^ 1
  const honest = next.honest.samples[i]!.proof!
  const path = provePath({ ...scene.slot, sector, sectorIndex: LOST, firstLeaf: leaf, lastLeaf: leaf })
  assert.equal(path.length, honest.path.length)
  assert.equal(path.length % HASH_BYTES, 0)
  const shown = encodeProof(replaced(next.honest, i, { leaf: honest.leaf, path }))
  await refuses(next, shown, 'ProofOfStorageLeafMismatch', [BigInt(i)])
})
