import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesToHex, encodeAbiParameters, encodePacked, keccak256, slice, toHex } from 'viem'
import { type State, signState } from '../state/state.ts'
import { type Epoch, LEAVES_PER_SECTOR } from '../units.ts'
import { challengedEntry, challengedLeaf, challengeIndex, seedFromMixHash } from './challenge.ts'
import { EMPTY_STATE_INDEX, encodeSamples, encodeStates, STATE_RECORD_BYTES } from './encode-proof.ts'

const DOMAIN = { chainId: 31337, verifyingContract: '0x5FbDB2315678afecb367f032d93F642f64180aa3' } as const
const PROVIDER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const anEpoch = fc.integer({ min: 0, max: 2 ** 32 - 1 }) as fc.Arbitrary<Epoch>
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

test('a seed is the first 28 bytes of keccak256(abi.encode(mixHash, chainId, epoch))', () => {
  fc.assert(
    fc.property(bytesOf(32), fc.nat(), anEpoch, (mixHash, chainId, epoch) => {
      const encoded = encodeAbiParameters(
        [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'uint32' }],
        [bytesToHex(mixHash), BigInt(chainId), epoch],
      )
      assert.equal(bytesToHex(seedFromMixHash(mixHash, chainId, epoch)), slice(keccak256(encoded), 0, 28))
    }),
  )
})

test('a challenge is drawn from the packed seed, provider, epoch and sample', () => {
  fc.assert(
    fc.property(
      bytesOf(28),
      anEpoch,
      fc.nat(65_535),
      fc.integer({ min: 1, max: 2 ** 42 }),
      (seed, epoch, i, leaves) => {
        const packed = encodePacked(['bytes28', 'address', 'uint32', 'uint16'], [bytesToHex(seed), PROVIDER, epoch, i])
        const index = challengeIndex(seed, PROVIDER, epoch, i, leaves)
        assert.equal(BigInt(index), BigInt(keccak256(packed)) % BigInt(leaves))
      },
    ),
  )
})

test('every leaf of a book belongs to exactly one place of one entry', () => {
  const book = [3, 0, 1, 2]
  const seen = new Set<string>()
  for (let index = 0; index < 6 * LEAVES_PER_SECTOR; index += 1024) {
    const { entry, offset } = challengedEntry(index, book)
    assert.ok(offset < (book[entry] ?? 0) * LEAVES_PER_SECTOR)
    seen.add(`${entry}/${offset}`)
  }
  assert.equal(seen.size, (6 * LEAVES_PER_SECTOR) / 1024)
  assert.deepEqual(challengedEntry(3 * LEAVES_PER_SECTOR, book), { entry: 2, offset: 0 })
  assert.throws(() => challengedEntry(6 * LEAVES_PER_SECTOR, book), { code: 'INTERNAL' })
})

test('a challenge beyond the sectors in use wraps round', () => {
  assert.deepEqual(challengedLeaf(5 * LEAVES_PER_SECTOR + 7, 8), { sectorIndex: 5, leaf: 7 })
  assert.deepEqual(challengedLeaf(5 * LEAVES_PER_SECTOR + 7, 2), { sectorIndex: 1, leaf: 7 })
  assert.deepEqual(challengedLeaf(2 ** 28 * LEAVES_PER_SECTOR - 1, 2 ** 28 - 1), {
    sectorIndex: 0,
    leaf: LEAVES_PER_SECTOR - 1,
  })
})

const aState = (volumeId: bigint): State => ({
  volumeId,
  nonce: 0x0102n,
  generation: 3,
  sectors: 4,
  root: new Uint8Array(32).fill(0xaa),
  parent: new Uint8Array(32),
  term: 9n,
  head: new Uint8Array(32).fill(1),
})

test('a state record is packed in the order of the specification', () => {
  const key = new Uint8Array(32).fill(1)
  const states = [1n, 2n, 500n].map((volumeId) => signState(aState(volumeId), DOMAIN, key))
  const encoded = encodeStates(states)
  assert.equal(encoded.length, 3 * STATE_RECORD_BYTES)
  assert.equal(
    bytesToHex(encoded.subarray(2 * STATE_RECORD_BYTES, 2 * STATE_RECORD_BYTES + 56)),
    `${toHex(500n, { size: 8 })}00000000000001020000000300000004${'aa'.repeat(32)}`,
  )
  assert.deepEqual(encoded.slice(-64), states[2]?.signature)
  assert.throws(() => encodeStates(states.toReversed()), { code: 'INTERNAL' })
  assert.throws(() => encodeStates([...states, ...states.slice(-1)]), { code: 'INTERNAL' })
})

test('samples follow one another without gaps, and empty states carry nothing', () => {
  const leaf = new Uint8Array(64).fill(0xee)
  const path = new Uint8Array(64).fill(0xdd)
  const samples = [
    { stateIndex: 258, proof: { leaf, path } },
    { stateIndex: EMPTY_STATE_INDEX, proof: undefined },
    { stateIndex: 0, proof: undefined },
  ]
  assert.equal(bytesToHex(encodeSamples(samples)), `0x0102${'ee'.repeat(64)}${'dd'.repeat(64)}ffff0000`)
  assert.throws(() => encodeSamples([{ stateIndex: EMPTY_STATE_INDEX, proof: { leaf, path } }]), { code: 'INTERNAL' })
  assert.throws(() => encodeSamples([{ stateIndex: 0, proof: { leaf: path.subarray(1), path } }]), { code: 'INTERNAL' })
})
