import assert from 'node:assert/strict'
import {
  challengedEntry,
  challengedLeaf,
  challengeIndex,
  linkHash,
  type SignedState,
  STATE_RECORD_BYTES,
  slotDepth,
  verifyPath,
  volumeDepth,
} from '@storgo/protocol'
import { billedSectors, type ProofTask } from './build-proof.ts'

/** What `ProofOfStorage.prove` checks, the slow way; signatures are compared with those of `signed`. Throws if it fails. */
export function checkProof(
  { operator, epoch, seed, sampleCount, book }: ProofTask,
  { states, samples }: { states: Uint8Array; samples: Uint8Array },
  signed: readonly SignedState[],
): void {
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength)
  const used = new Set<number>()
  let at = 0
  const take = (count: number) => {
    assert.ok(at + count <= samples.length, 'samples end early')
    at += count
    return samples.subarray(at - count, at)
  }
  for (let i = 0; i < sampleCount; i++) {
    const index = challengeIndex(seed, operator, epoch, i, billedSectors(book) * 16_384)
    const { entry, offset } = challengedEntry(
      index,
      book.map(({ frozenSectors }) => frozenSectors),
    )
    const { volumeId, slot, n, floor } = book[entry]!
    const stateIndex = view.getUint16(at)
    take(2)
    if (stateIndex === 0xffff) {
      assert.equal(floor, 0n)
      continue
    }
    used.add(stateIndex)
    const record = states.subarray(stateIndex * STATE_RECORD_BYTES, (stateIndex + 1) * STATE_RECORD_BYTES)
    const numbers = new DataView(record.buffer, record.byteOffset, record.byteLength)
    assert.equal(numbers.getBigUint64(0), volumeId)
    assert.ok(numbers.getBigUint64(8) >= floor)
    const sectors = numbers.getUint32(20)
    const known = signed.find(({ state }) => state.volumeId === volumeId && state.nonce === numbers.getBigUint64(8))
    assert.deepEqual(record.slice(88), known?.signature)
    assert.deepEqual(record.slice(56, 88), known && linkHash(known.state))
    if (sectors === 0) continue
    const { sectorIndex, leaf } = challengedLeaf(offset, sectors)
    const bytes = take(64)
    const path = take(32 * (14 + slotDepth(sectors) + volumeDepth(n)))
    const root = record.subarray(24, 56)
    assert.ok(verifyPath({ root, sectors, n, slot, sectorIndex, firstLeaf: leaf, bytes, path }), `sample ${i}`)
  }
  assert.equal(at, samples.length, 'nothing may follow the last sample')
  assert.equal(used.size * STATE_RECORD_BYTES, states.length, 'every state is used')
}
