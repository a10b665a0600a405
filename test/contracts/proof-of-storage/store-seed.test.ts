// storeSeed
// ├── when the epoch is not the current one               → reverts EpochNotCurrent
// ├── when the seed block is yet to come, or this block   → reverts SeedBlockUnavailable
// ├── when the seed block is more than 256 blocks back    → reverts SeedBlockUnavailable
// │   └── the epoch is void: nobody proves it, its pay goes back to the owner, and the next one is as any other
// ├── when the header is another block's                  → reverts HeaderMismatch
// ├── when any field of the header is altered             → reverts HeaderMismatch
// ├── when the seed is stored already                     → reverts SeedKnown, also for the same header
// └── when the header is the seed block's
//     ├── stores what seedFromMixHash gives and emits SeedStored, whoever sends it
//     └── does so up to the block 256 blocks after the seed block
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromRlp, type Hex, keccak256, numberToHex, toRlp } from 'viem'
import { currentEpoch, passEpochs, storeSeed, toEpoch } from '../fixtures/epochs.ts'
import { readHeader } from '../fixtures/header.ts'
import { account, aStorgo, fixture, type Storgo } from '../fixtures/network.ts'
import { aProvider, fund, PRICE, STAKE } from '../fixtures/providers.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { asTimelock } from './fixtures/as-timelock.ts'
import { EMPTY_PROOF, seedOf } from './fixtures/proof.ts'
import { seedEpoch } from './fixtures/seed-epoch.ts'
import { refuses, submit } from './fixtures/submit.ts'

/** A new epoch one block past its seed block, with that block's header. */
const pastSeedBlock = fixture(async function pastSeedBlock() {
  const storgo = await aStorgo()
  const epoch = await passEpochs(storgo)
  const seedBlock = await storgo.proofs.read.seedBlock([epoch])
  await storgo.networkHelpers.mineUpTo(seedBlock + 1n)
  return { ...storgo, epoch, seedBlock, ...(await readHeader(storgo, seedBlock)) }
})

/** Epochs longer than the 256 blocks of which a block's hash can be read. */
async function longEpochs(storgo: Storgo): Promise<void> {
  await storgo.parameters.write.setEpochBlocks([400], { account: await asTimelock(storgo) })
}

test('when the epoch is not the current one it reverts', async () => {
  const { viem, proofs, epoch, rlp } = await pastSeedBlock()
  for (const other of [epoch - 1, epoch + 1, epoch + 64, 2 ** 32 - 1]) {
    const call = proofs.write.storeSeed([other, rlp])
    await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageEpochNotCurrent', [other, epoch])
  }
})

test('when the seed block is yet to come, or this block, it reverts', async () => {
  const storgo = await aStorgo()
  const { viem, proofs, publicClient } = storgo
  const epoch = await passEpochs(storgo)
  const seedBlock = await proofs.read.seedBlock([epoch])
  const { rlp } = await readHeader(storgo, await publicClient.getBlockNumber())
  for (let block = (await publicClient.getBlockNumber()) + 1n; block <= seedBlock; block++) {
    // A gas limit of its own: so it is mined, in the block that it is about.
    const call = proofs.write.storeSeed([epoch, rlp], { gas: 1_000_000n })
    const args: [number, bigint] = [epoch, seedBlock]
    await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageSeedBlockUnavailable', args)
    assert.equal(await publicClient.getBlockNumber(), block)
  }
  await storeSeed(storgo)
})

test('it accepts the header up to 256 blocks after the seed block, and not one later', async () => {
  const storgo = await aStorgo()
  const { viem, proofs, networkHelpers } = storgo
  await longEpochs(storgo)
  const epoch = await passEpochs(storgo)
  const seedBlock = await proofs.read.seedBlock([epoch])
  await networkHelpers.mineUpTo(seedBlock + 255n)
  const { rlp, mixHash } = await readHeader(storgo, seedBlock)
  const last = await networkHelpers.takeSnapshot()
  await proofs.write.storeSeed([epoch, rlp], { gas: 1_000_000n })
  assert.deepEqual(await proofs.read.seedOf([epoch]), [true, seedOf(storgo, mixHash, epoch)])
  await last.restore()
  await networkHelpers.mine()
  const call = proofs.write.storeSeed([epoch, rlp], { gas: 1_000_000n })
  const args: [number, bigint] = [epoch, seedBlock]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageSeedBlockUnavailable', args)
  assert.equal(await currentEpoch(storgo), epoch)
})

test('an epoch whose seed nobody stored is void: nobody proves it, its pay goes back, and life goes on', async () => {
  const storgo = await aStorgo()
  const { proofs, market, registry, networkHelpers } = storgo
  const owner = account(storgo, 40)
  await fund(storgo, owner, STAKE)
  await longEpochs(storgo)
  const provider = await aProvider(storgo, 1)
  const volumeId = await openVolume(storgo, { owner, providers: [provider], sectors: 4, epochs: 10 })
  const price = 4n * PRICE
  const voidEpoch = await passEpochs(storgo)
  await networkHelpers.mineUpTo((await proofs.read.seedBlock([voidEpoch])) + 300n)
  await refuses({ ...storgo, ...provider, epoch: voidEpoch }, EMPTY_PROOF, 'ProofOfStorageSeedUnknown', [voidEpoch])

  const proven = await passEpochs(storgo)
  await storeSeed(storgo)
  await submit({ ...storgo, ...provider, epoch: proven }, EMPTY_PROOF)
  const after = await passEpochs(storgo)
  assert.deepEqual(await proofs.read.seedOf([voidEpoch]), [false, `0x${'00'.repeat(28)}`])
  assert.deepEqual(await proofs.read.provenUntil([provider.operator, voidEpoch, after]), [after, 1])

  const credit = await market.read.credit([owner.account.address])
  await market.write.settle([volumeId, 1])
  assert.equal(await market.read.earnings([provider.operator]), price)
  assert.equal((await market.read.credit([owner.account.address])) - credit, price)
  assert.equal((await registry.read.provider([provider.operator])).stake, STAKE)
})

test("when the header is another block's it reverts", async () => {
  const scene = await pastSeedBlock()
  const { viem, proofs, epoch, seedBlock, hash } = scene
  for (const other of [seedBlock - 1n, seedBlock - 2n]) {
    const { rlp, hash: actual } = await readHeader(scene, other)
    const call = proofs.write.storeSeed([epoch, rlp])
    await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageHeaderMismatch', [hash, actual])
  }
})

test('when any field of the header is altered it reverts', async () => {
  const { viem, proofs, epoch, rlp, hash } = await pastSeedBlock()
  const fields = fromRlp(rlp, 'hex') as Hex[]
  assert.ok(fields.length >= 17)
  const altered = fields.map((field, i) => toRlp(fields.with(i, field === '0x' ? '0x01' : `0x01${field.slice(4)}`)))
  const others: Hex[] = [...altered, toRlp(fields.slice(0, -1)), toRlp([...fields, '0x']), '0x', `${rlp}00`]
  for (const header of others.filter((other) => other !== rlp)) {
    const call = proofs.simulate.storeSeed([epoch, header])
    const args: [Hex, Hex] = [hash, keccak256(header)]
    await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageHeaderMismatch', args)
  }
  await proofs.write.storeSeed([epoch, rlp])
})

test('when the seed is stored already it reverts', async () => {
  const scene = await pastSeedBlock()
  const { viem, proofs, epoch, seedBlock, rlp } = scene
  await proofs.write.storeSeed([epoch, rlp])
  const seed = await proofs.read.seedOf([epoch])
  const other = await readHeader(scene, seedBlock + 1n)
  for (const header of [rlp, other.rlp]) {
    const call = proofs.write.storeSeed([epoch, header])
    await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageSeedKnown', [epoch])
  }
  assert.deepEqual(await proofs.read.seedOf([epoch]), seed)
})

test('it stores what seedFromMixHash gives and emits SeedStored, whoever sends it', async () => {
  const scene = await pastSeedBlock()
  const { viem, proofs, epoch, rlp, mixHash } = scene
  const hash = await proofs.write.storeSeed([epoch, rlp], { account: account(scene, 17).account })
  const seed = seedOf(scene, mixHash, epoch)
  await viem.assertions.emitWithArgs(hash, proofs, 'SeedStored', [epoch, seed])
  assert.deepEqual(await proofs.read.seedOf([epoch]), [true, seed])
})

test('it reads any RANDAO value, also one with leading zeros', async () => {
  const storgo = await aStorgo()
  const mixHashes = [0n, 1n, 2n ** 255n, 2n ** 256n - 1n, 0x80n << 240n].map((value) =>
    numberToHex(value, { size: 32 }),
  )
  for (const mixHash of mixHashes) {
    await passEpochs(storgo)
    const { epoch, seed } = await seedEpoch(storgo, mixHash)
    assert.equal(seed, seedOf(storgo, mixHash, epoch))
  }
})

test('in the first epoch of a deployment it stores a seed like any other', async () => {
  const storgo = await aStorgo()
  assert.deepEqual(await storgo.proofs.read.seedOf([0]), [false, `0x${'00'.repeat(28)}`])
  const { epoch, seed, mixHash } = await storeSeed(storgo)
  assert.equal(epoch, 0)
  assert.equal(seed, seedOf(storgo, mixHash, 0))
})

test('a stored seed is known for 64 epochs, then its place is taken', async () => {
  const storgo = await aStorgo()
  const { proofs } = storgo
  const first = await storeSeed(storgo)
  await toEpoch(storgo, 1)
  const second = await storeSeed(storgo)
  await toEpoch(storgo, 63)
  const [known] = await proofs.read.seedOf([2 ** 32 - 1])
  assert.equal(known, false)
  await storeSeed(storgo)
  assert.deepEqual(await proofs.read.seedOf([0]), [true, first.seed])
  await toEpoch(storgo, 64)
  assert.deepEqual(await proofs.read.seedOf([0]), [true, first.seed])
  assert.deepEqual((await proofs.read.seedOf([64]))[0], false)
  const replacing = await storeSeed(storgo)
  assert.deepEqual((await proofs.read.seedOf([0]))[0], false)
  assert.deepEqual(await proofs.read.seedOf([64]), [true, replacing.seed])
  assert.deepEqual(await proofs.read.seedOf([1]), [true, second.seed])
})
