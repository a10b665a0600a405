// What happens to a provider's volumes during an epoch, before its seed or after it
// ├── opening, growing, shrinking, closing a volume, joining a freed position, a new session key and new samples
// │   change neither the epoch's challenges nor its billed sectors, and the proof made before is accepted
// └── they count from the next epoch on
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Address, getAddress, type Hex, maxUint256, parseEther } from 'viem'
import { passEpochs, storeSeed } from '../fixtures/epochs.ts'
import { account, aStorgo, fixture, type Storgo } from '../fixtures/network.ts'
import { aProvider, fund } from '../fixtures/providers.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { readBook, stockOf } from './fixtures/a-book.ts'
import { asTimelock, PROOF_SAMPLES } from './fixtures/as-timelock.ts'
import { draw, encodeProof, proofOf, SAMPLES, statesUsedBy } from './fixtures/proof.ts'
import { submit } from './fixtures/submit.ts'

/** The provider's slots in the volumes that were opened first: number 1 in 1, 2 and 4, number 0 in 3. */
const SHELVES = [
  { volumeId: 1n, slot: 1, n: 3, billed: 5, sectors: 3 },
  { volumeId: 2n, slot: 1, n: 3, billed: 8, sectors: 8 },
  { volumeId: 3n, slot: 0, n: 3, billed: 6, sectors: 2 },
  { volumeId: 4n, slot: 1, n: 3, billed: 4, sectors: 4 },
]

/** A provider with slots in four volumes of a client, at the start of an epoch; one more volume has left in the last. */
const aBusyProvider = fixture(async function aBusyProvider() {
  const storgo = await aStorgo()
  const [own, ...others] = [await aProvider(storgo, 1), await aProvider(storgo, 2), await aProvider(storgo, 3)]
  const owner = account(storgo, 40)
  await fund(storgo, owner, parseEther('1000000'))
  const open = (slot: number, sectors: number) => {
    return openVolume(storgo, { owner, providers: others.toSpliced(slot, 0, own), k: 2, sectors, epochs: 50 })
  }
  for (const { slot, billed } of SHELVES) await open(slot, billed)
  const leaving = await open(2, 7)
  await passEpochs(storgo)
  await storgo.market.write.close([leaving], { account: owner.account })
  await passEpochs(storgo)
  return { ...storgo, ...own, owner, open, ...stockOf(storgo, SHELVES) }
})

type BusyProvider = Awaited<ReturnType<typeof aBusyProvider>>

/** Everything that a client or the owner can change, in one epoch. */
async function changeEverything(scene: BusyProvider): Promise<void> {
  const { market, parameters, owner, open } = scene
  const asOwner = { account: owner.account }
  await open(1, 9)
  await market.write.resize([1n, 20, maxUint256], asOwner)
  await market.write.resize([2n, 2, maxUint256], asOwner)
  await market.write.close([3n], asOwner)
  await market.write.setSessionKey([4n, owner.account.address, 0n], asOwner)
  await open(0, 11)
  await parameters.write.set([PROOF_SAMPLES, 9n], { account: await asTimelock(scene) })
}

const weightsOf = async (storgo: Storgo, operator: `0x${string}`, weight: 'frozenSectors' | 'nextSectors') =>
  Object.fromEntries((await readBook(storgo, operator)).map((entry) => [Number(entry.volumeId), entry[weight]]))

const challenges = ({ proofs, operator }: BusyProvider, epoch: number) =>
  Promise.all(Array.from({ length: SAMPLES }, (_, i) => proofs.read.challenge([operator, epoch, i])))

test('changes after the seed touch neither challenges nor billed sectors, and the proof made before is accepted', async () => {
  const scene = await aBusyProvider()
  const { proofs, operator, stored, signed } = scene
  const { epoch, seed } = await storeSeed(scene)
  const drawn = draw(await readBook(scene, operator), seed, operator, epoch)
  const proof = proofOf(drawn, stored, signed)
  const before = await challenges(scene, epoch)
  await changeEverything(scene)
  assert.equal(await proofs.read.billedSectors([operator]), 23)
  assert.deepEqual(await challenges(scene, epoch), before)
  const hash = await submit({ ...scene, epoch }, encodeProof(proof))
  const event: [Address, number, bigint, number, Hex] = [
    getAddress(operator),
    epoch,
    23n,
    SAMPLES,
    statesUsedBy(drawn, proof),
  ]
  await scene.viem.assertions.emitWithArgs(hash, proofs, 'EpochProven', event)
})

test('changes before the seed leave the epoch what it would have been, and count from the next one', async () => {
  const scene = await aBusyProvider()
  const { proofs, operator, stored, signed } = scene
  const before = await readBook(scene, operator)
  await changeEverything(scene)
  const { epoch, seed } = await storeSeed(scene)
  const drawn = draw(before, seed, operator, epoch)
  const expected = drawn.map(({ volumeId, slot, n, offset }) => [volumeId, slot, n, BigInt(offset)])
  assert.deepEqual(await challenges(scene, epoch), expected)
  // The first opened takes over the position of the volume that left an epoch ago.
  assert.deepEqual(await weightsOf(scene, operator, 'frozenSectors'), { 1: 5, 2: 8, 3: 6, 4: 4, 6: 0, 7: 0 })
  const next = { 1: 20, 2: 2, 3: 0, 4: 4, 6: 9, 7: 11 }
  assert.deepEqual(await weightsOf(scene, operator, 'nextSectors'), next)
  await submit({ ...scene, epoch }, encodeProof(proofOf(drawn, stored, signed)))

  await passEpochs(scene)
  const later = await storeSeed(scene)
  assert.deepEqual(await weightsOf(scene, operator, 'frozenSectors'), next)
  assert.equal(await proofs.read.billedSectors([operator]), 46)
  const nine = draw(await readBook(scene, operator), later.seed, operator, later.epoch, 9)
  assert.ok(nine.every(({ volumeId }) => volumeId !== 3n))
  // Volumes 6 and 7 have nothing stored; volume 4's states of the old generation prove it as before.
  const proof = proofOf(nine, stored, signed)
  const hash = await submit({ ...scene, epoch: later.epoch }, encodeProof(proof))
  const event: [Address, number, bigint, number, Hex] = [
    getAddress(operator),
    later.epoch,
    46n,
    9,
    statesUsedBy(nine, proof),
  ]
  await scene.viem.assertions.emitWithArgs(hash, proofs, 'EpochProven', event)
})

test('a position freed in an epoch is not taken over in it, so that its slot can still be proven', async () => {
  const scene = await aBusyProvider()
  const { market, operator, owner, open } = scene
  // Takes the position that is free already.
  await open(1, 2)
  await market.write.close([2n], { account: owner.account })
  await open(1, 3)
  const book = await readBook(scene, operator)
  assert.deepEqual(
    book.map(({ volumeId }) => volumeId),
    [1n, 2n, 3n, 4n, 6n, 7n],
  )
  const { epoch, seed } = await storeSeed(scene)
  const drawn = draw(book, seed, operator, epoch)
  assert.ok(drawn.some(({ volumeId }) => volumeId === 2n))
  await submit({ ...scene, epoch }, encodeProof(proofOf(drawn, scene.stored, scene.signed)))
  await passEpochs(scene)
  await open(1, 1)
  const later = await readBook(scene, operator)
  assert.equal(later[1]!.volumeId, 8n)
  assert.equal(later.length, 6)
})
