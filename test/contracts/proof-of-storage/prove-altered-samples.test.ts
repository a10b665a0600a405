// prove, with samples that are not what the epoch draws
// ├── any part of a leaf altered                     → reverts LeafMismatch
// ├── any sibling altered, or two of them swapped    → reverts LeafMismatch
// ├── another leaf, with its own path                → reverts LeafMismatch
// ├── samples of one state swapped                   → reverts LeafMismatch
// ├── the index of another state                     → reverts WrongVolume
// ├── an index behind the last state                 → reverts StateIndexOutOfRange
// ├── the implicit empty state before a leaf         → reverts, reading the leaf as the next sample
// ├── cut off at any boundary                        → reverts SamplesTruncated
// └── anything behind the last sample                → reverts SamplesTrailing
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { EMPTY_STATE_INDEX, LEAF_BYTES, LEAVES_PER_SECTOR } from '@storgo/protocol'
import { concat, type Hex, hexToBytes, size, slice } from 'viem'
import { type ABook, aBook } from './fixtures/a-book.ts'
import { firstLeaves, flip, leafAt, overwrite, sampleAt, siblingAt, siblingsOf } from './fixtures/alter.ts'
import { encodeProof } from './fixtures/proof.ts'
import { type LeafProof, showLeaf } from './fixtures/stored-slot.ts'
import { isProven, refuses, submit } from './fixtures/submit.ts'

let book: ABook | undefined

/** The scene of this test, whose honest proof must still be good after it. */
const arrange = async (): Promise<ABook> => {
  book = await aBook()
  return book
}

afterEach(async () => {
  if (book === undefined) return
  assert.equal(await isProven(book), false)
  await submit(book, book.encoded)
  assert.equal(await isProven(book), true)
  book = undefined
})

/** Asserts that sample `i` no longer leads to its state's root once `samples` are these. */
const mismatches = (scene: ABook, samples: Hex, i: number) =>
  refuses(scene, { states: scene.encoded.states, samples }, 'ProofOfStorageLeafMismatch', [BigInt(i)])

test('any part of a leaf altered', async () => {
  const scene = await arrange()
  const first = firstLeaves(scene.proof)
  assert.equal(first.length, 7)
  for (const i of first) {
    for (const byte of [0, 31, 32, LEAF_BYTES - 1]) {
      await mismatches(scene, flip(scene.encoded.samples, leafAt(scene.proof, i) + byte, 0x80), i)
    }
    await mismatches(scene, overwrite(scene.encoded.samples, leafAt(scene.proof, i), new Uint8Array(LEAF_BYTES)), i)
  }
})

test('any sibling altered, or two of them swapped', async () => {
  const scene = await arrange()
  const { proof, encoded } = scene
  for (const i of firstLeaves(proof)) {
    const levels = siblingsOf(proof.samples[i]!)
    for (let level = 0; level < levels; level++) {
      const at = siblingAt(proof, i, level)
      await mismatches(scene, flip(encoded.samples, at + ((level * 7) % 32), 1 << (level % 8)), i)
      if (level === 0) continue
      const [lower, upper] = [slice(encoded.samples, at - 32, at), slice(encoded.samples, at, at + 32)]
      await mismatches(scene, overwrite(encoded.samples, at - 32, hexToBytes(concat([upper, lower]))), i)
    }
  }
})

test('another leaf, with its own path', async () => {
  const scene = await arrange()
  const { proof, drawn, stored } = scene
  for (const i of firstLeaves(proof)) {
    const { volumeId, offset } = drawn[i]!
    const slot = stored.get(volumeId)!
    const used = slot.sectors * LEAVES_PER_SECTOR
    const neighbours = [offset ^ 1, offset + 1, (offset % used) + used - 1, offset + LEAVES_PER_SECTOR]
    for (const other of neighbours.filter((candidate) => candidate % used !== offset % used)) {
      const samples = proof.samples.with(i, { ...proof.samples[i]!, proof: showLeaf(slot, other) })
      await mismatches(scene, encodeProof({ ...proof, samples }).samples, i)
    }
  }
})

test('samples of one state swapped', async () => {
  const scene = await arrange()
  const { proof } = scene
  const swaps = firstLeaves(proof).flatMap((i) => {
    const { stateIndex } = proof.samples[i]!
    const j = proof.samples.findIndex((sample, at) => at > i && sample.stateIndex === stateIndex)
    return j === -1 ? [] : [[i, j] as const]
  })
  assert.ok(swaps.length >= 3)
  for (const [i, j] of swaps) {
    const samples = proof.samples.with(i, proof.samples[j]!).with(j, proof.samples[i]!)
    await mismatches(scene, encodeProof({ ...proof, samples }).samples, i)
  }
})

/** `samples` with another state index at sample `i`. */
const withIndex = ({ encoded, proof }: ABook, i: number, index: number): Hex =>
  overwrite(encoded.samples, sampleAt(proof, i), Uint8Array.of(index >> 8, index & 0xff))

test('the index of another state', async () => {
  const scene = await arrange()
  const { proof, drawn, encoded } = scene
  for (const [i, { stateIndex }] of proof.samples.entries()) {
    const expected = drawn[i]!.volumeId
    for (const [index, { state }] of proof.states.entries()) {
      if (index === stateIndex) continue
      const altered = { states: encoded.states, samples: withIndex(scene, i, index) }
      await refuses(scene, altered, 'ProofOfStorageWrongVolume', [BigInt(i), expected, state.volumeId])
    }
  }
})

test('an index behind the last state', async () => {
  const scene = await arrange()
  const { proof, encoded } = scene
  for (const i of proof.samples.keys()) {
    for (const index of [proof.states.length, 0x0100, 0x8000, EMPTY_STATE_INDEX - 1]) {
      const altered = { states: encoded.states, samples: withIndex(scene, i, index) }
      await refuses(scene, altered, 'ProofOfStorageStateIndexOutOfRange', [BigInt(i), BigInt(index)])
    }
  }
})

test('the implicit empty state before a leaf', async () => {
  const scene = await arrange()
  const { proof, encoded } = scene
  const read = (leaf: LeafProof) => BigInt(leaf.leaf[0]! * 256 + leaf.leaf[1]!)
  let tried = 0
  for (const [i, sample] of proof.samples.entries()) {
    if (sample.proof === undefined || i === proof.samples.length - 1) continue
    const next = read(sample.proof)
    // Otherwise the leaf happens to look like the index of a state or of the empty one.
    assert.ok(next >= BigInt(proof.states.length) && next !== BigInt(EMPTY_STATE_INDEX))
    const altered = { states: encoded.states, samples: withIndex(scene, i, EMPTY_STATE_INDEX) }
    await refuses(scene, altered, 'ProofOfStorageStateIndexOutOfRange', [BigInt(i + 1), next])
    tried++
  }
  assert.ok(tried > 10)
})

test('cut off at any boundary', async () => {
  const scene = await arrange()
  const { proof, encoded } = scene
  for (const [i, sample] of proof.samples.entries()) {
    const start = sampleAt(proof, i)
    const levels = siblingsOf(sample)
    const ends = [start, start + 1]
    if (sample.proof !== undefined) {
      ends.push(leafAt(proof, i), leafAt(proof, i) + 1, siblingAt(proof, i, 0) - 1)
      for (let level = 0; level < levels; level++) ends.push(siblingAt(proof, i, level))
      ends.push(siblingAt(proof, i, levels) - 1)
    }
    for (const end of ends) {
      const samples = end === 0 ? '0x' : slice(encoded.samples, 0, end)
      await refuses(scene, { states: encoded.states, samples }, 'ProofOfStorageSamplesTruncated', [BigInt(i)])
    }
  }
})

test('anything behind the last sample', async () => {
  const scene = await arrange()
  const { proof, encoded } = scene
  assert.equal(size(encoded.samples), sampleAt(proof, proof.samples.length))
  const again = slice(encoded.samples, sampleAt(proof, 19))
  const rest: Hex[] = ['0x00', '0xff', '0xffff', `0x${'00'.repeat(32)}`, again, encoded.samples]
  for (const more of rest) {
    const altered = { states: encoded.states, samples: concat([encoded.samples, more]) }
    await refuses(scene, altered, 'ProofOfStorageSamplesTrailing', [BigInt(size(more))])
  }
})
