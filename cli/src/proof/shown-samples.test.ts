import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proofOfStorageAbi } from '@storgo/contracts/abi'
import {
  challengedLeaf,
  concatBytes,
  EMPTY_STATE_INDEX,
  encodeSamples,
  encodeStates,
  LEAF_BYTES,
  provePath,
  SECTOR_BYTES,
  sectorRoot,
  slotRoot,
  volumeRoot,
} from '@storgo/protocol'
import { bytesToHex, encodeFunctionData } from 'viem'
import { type Challenge, shownSamples } from './shown-samples.ts'

const SECTORS = 2
const OFFSET = 3n * 16_384n + 77n
const sectors = Array.from({ length: SECTORS }, (_, i) => new Uint8Array(SECTOR_BYTES).fill(i + 1))
const sectorRoots = concatBytes(...sectors.map(sectorRoot))
const slotRoots = concatBytes(slotRoot(sectorRoots), slotRoot(sectorRoots), slotRoot(sectorRoots))
const bytes32 = new Uint8Array(32)
const state = {
  ...{ volumeId: 7n, nonce: 5n, generation: 1, sectors: SECTORS, root: volumeRoot(slotRoots, SECTORS) },
  ...{ parent: bytes32, term: 1n, head: bytes32 },
}
const challenges: Challenge[] = [
  { volumeId: 7n, slot: 1, n: 3, offset: OFFSET },
  { volumeId: 9n, slot: 0, n: 3, offset: 5n },
]

/** The input of `prove` for these challenges; with `damage` of the leaf shown. */
function anInput(damage = 0) {
  const { sectorIndex, leaf } = challengedLeaf(Number(OFFSET), SECTORS)
  const sector = sectors[sectorIndex] ?? new Uint8Array(0)
  const path = provePath({ sector, sectorRoots, slotRoots, slot: 1, sectorIndex, firstLeaf: leaf, lastLeaf: leaf })
  const shown = sector.slice(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES)
  shown[0] = (shown[0] ?? 0) ^ damage
  const samples = [
    { stateIndex: 0, proof: { leaf: shown, path } },
    { stateIndex: EMPTY_STATE_INDEX, proof: undefined },
  ]
  const states = encodeStates([{ state, signature: new Uint8Array(64) }])
  const args = [3, bytesToHex(states), bytesToHex(encodeSamples(samples))] as const
  return encodeFunctionData({ abi: proofOfStorageAbi, functionName: 'prove', args })
}

test('each sample is told with its sector and leaf, and leads to the root; an empty slot has none to show', () => {
  const { sectorIndex, leaf } = challengedLeaf(Number(OFFSET), SECTORS)
  assert.deepEqual(shownSamples(anInput(), challenges), [
    { sample: 0, volumeId: 7n, slot: 1, nonce: 5n, sector: sectorIndex, leaf, verified: true },
    { sample: 1, volumeId: 9n, slot: 0, nonce: 0n, sector: null, leaf: null, verified: true },
  ])
})

test('an altered leaf, and the state of another volume, do not verify', () => {
  assert.equal(shownSamples(anInput(1), challenges)?.[0]?.verified, false)
  const other = challenges.map((challenge) => ({ ...challenge, volumeId: 8n }))
  assert.equal(shownSamples(anInput(), other)?.[0]?.verified, false)
})

test('what is no proof for these challenges is told apart', () => {
  assert.equal(shownSamples('0x1234', challenges), undefined)
  assert.equal(shownSamples(anInput(), [...challenges, ...challenges]), undefined)
})
