// The vectors of docs/protocol/types.md, sections 12 and 13, which TypeScript has written.
// ├── the seed that the chain stores for a mixHash
// ├── every challenge index, in books of the vectors' sizes
// └── a whole proof over five slots, byte for byte
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEAVES_PER_SECTOR } from '@storgo/protocol'
import { getAddress, isAddress, isHex } from 'viem'
import vectors from '../../../protocol/vectors/proofs.json' with { type: 'json' }
import { storeSeed, toEpoch } from '../fixtures/epochs.ts'
import { aBench, type Bench, providersWith } from './fixtures/bench.ts'

const hex = (text: string) => {
  assert.ok(isHex(text))
  return text
}
const address = (text: string) => {
  assert.ok(isAddress(text))
  return text
}
const { prove } = vectors
const provider = address(prove.provider)

/** The vectors' epoch with its seed, after `arrange` has filled the book in the epoch before. */
async function inVectorEpoch(bench: Bench, arrange: () => Promise<void>) {
  await toEpoch(bench, prove.epoch - 1)
  await arrange()
  await toEpoch(bench, prove.epoch)
  await bench.networkHelpers.mineUpTo((await bench.proofs.read.seedBlock([prove.epoch])) - 1n)
  const vector = vectors.seeds.find(({ epoch }) => epoch === prove.epoch)
  assert.ok(vector)
  await bench.networkHelpers.setPrevRandao(hex(vector.mixHash))
  await bench.networkHelpers.mine()
  return storeSeed(bench)
}

const joinAt = (bench: Bench, volumeId: bigint, slot: number, n: number, sectors: number) =>
  bench.proofs.write.join([providersWith(provider, slot, n), volumeId, sectors])

test('the bench has the domain that the vectors are signed for', async () => {
  const bench = await aBench()
  assert.equal(getAddress(bench.proofs.address), vectors.domain.verifyingContract)
  assert.equal(bench.chainId, vectors.domain.chainId)
})

test('the chain derives the seed of the vectors from the same mixHash', async () => {
  const bench = await aBench()
  const { seed, mixHash } = await inVectorEpoch(bench, async () => {})
  assert.equal(mixHash, vectors.seeds[0]?.mixHash)
  assert.equal(seed, prove.seed)
})

const wholeSectors = vectors.challenges.filter(({ billedLeaves }) => billedLeaves % LEAVES_PER_SECTOR === 0)
for (const billedLeaves of new Set(wholeSectors.map((challenge) => challenge.billedLeaves))) {
  test(`the chain draws the challenges of the vectors in a book of ${billedLeaves} leaves`, async () => {
    const bench = await aBench()
    await inVectorEpoch(bench, async () => {
      await joinAt(bench, 1n, 0, 1, billedLeaves / LEAVES_PER_SECTOR)
    })
    for (const { i, index } of wholeSectors.filter((challenge) => challenge.billedLeaves === billedLeaves)) {
      const [volumeId, slot, n, offset] = await bench.proofs.read.challenge([provider, prove.epoch, i])
      assert.deepEqual([volumeId, slot, n, offset], [1n, 0, 1, BigInt(index)])
    }
  })
}

test('the chain accepts the proof of the vectors, byte for byte', async () => {
  const bench = await aBench()
  const { seed } = await inVectorEpoch(bench, async () => {
    for (const { volumeId, slot, n, billedSectors } of prove.book) {
      await joinAt(bench, BigInt(volumeId), slot, n, billedSectors)
      await bench.proofs.write.setSessionKey([BigInt(volumeId), 1, address(prove.sessionKey), 0n])
    }
  })
  assert.equal(seed, prove.seed)
  for (const { i, volumeId, slot, offset } of prove.samples) {
    const drawn = await bench.proofs.read.challenge([provider, prove.epoch, i])
    assert.deepEqual([drawn[0], drawn[1], drawn[3]], [BigInt(volumeId), slot, BigInt(offset)])
  }
  await bench.networkHelpers.impersonateAccount(provider)
  await bench.networkHelpers.setBalance(provider, 10n ** 18n)
  const args = [prove.epoch, hex(prove.encodedStates), hex(prove.encodedSamples)] as const
  await bench.proofs.write.prove(args, { account: provider })
  assert.ok(await bench.proofs.read.hasProven([provider, prove.epoch]))
})
