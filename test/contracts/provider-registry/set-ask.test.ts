// setAsk
// ├── when the operator is not registered             → reverts ProviderRegistryUnknown
// ├── when the caller is neither its owner nor itself → reverts ProviderRegistryNotOwnerOrOperator
// ├── free and least sectors count at once
// └── the price
//     ├── the first one counts at once, also where it is zero
//     ├── a changed one counts from the first block of the epoch `AskNoticeEpochs` later
//     ├── the one in force takes back what was announced
//     ├── the one announced does not start its notice again
//     ├── another one during the notice replaces it and starts a notice of its own
//     └── after the notice a further change starts from the new one
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { currentEpoch, passEpochs, toEpoch } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { aRegistered, type Candidate, untilNextIs } from './fixtures/candidate.ts'
import { changeParameter, parameter } from './fixtures/parameter.ts'

const setPrice = ({ registry, owner, operator }: Candidate, price: bigint) =>
  registry.write.setAsk([operator, price, 100, 2], { account: owner.account })
const priceOf = async ({ registry, operator }: Candidate): Promise<bigint | undefined> =>
  (await registry.read.pricesOf([[operator]]))[0]
const noticeOf = async (candidate: Candidate): Promise<number> => Number(await parameter(candidate, 'askNoticeEpochs'))

/** An ask of price 10, in an epoch that has just begun. */
async function anAsk() {
  const candidate = await aRegistered()
  await setPrice(candidate, 10n)
  return { candidate, epoch: await passEpochs(candidate), notice: await noticeOf(candidate) }
}

test('when the operator is not registered it reverts', async () => {
  const { viem, registry, owner, stranger } = await aRegistered()
  const unknown = getAddress(stranger.account.address)
  const call = registry.write.setAsk([unknown, 1n, 1, 1], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [unknown])
})

test('when the caller is neither the owner nor the operator it reverts', async () => {
  const { viem, registry, operator, stranger } = await aRegistered()
  const call = registry.write.setAsk([operator, 1n, 1, 1], { account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotOwnerOrOperator', [
    operator,
    getAddress(stranger.account.address),
  ])
})

test('the operator may do it too', async () => {
  const candidate = await aRegistered()
  const wallet = account(candidate, 2)
  await candidate.registry.write.setAsk([candidate.operator, 3n, 1, 1], { account: wallet.account })
  assert.equal(await priceOf(candidate), 3n)
})

test('the first price counts at once, with an event', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator } = candidate
  const epoch = await currentEpoch(candidate)
  const sent = setPrice(candidate, 10n)
  await viem.assertions.emitWithArgs(sent, registry, 'AskChanged', [operator, 10n, epoch, 100, 2])
  const { pricePerSectorEpoch, nextPrice, nextPriceEpoch } = await registry.read.provider([operator])
  assert.deepEqual(
    { pricePerSectorEpoch, nextPrice, nextPriceEpoch },
    {
      pricePerSectorEpoch: 10n,
      nextPrice: 10n,
      nextPriceEpoch: epoch,
    },
  )
})

test('a first price of zero is a price: raising it takes the notice', async () => {
  const candidate = await aRegistered()
  await setPrice(candidate, 0n)
  await setPrice(candidate, 10n)
  assert.equal(await priceOf(candidate), 0n)
  await passEpochs(candidate, await noticeOf(candidate))
  assert.equal(await priceOf(candidate), 10n)
})

test('free and least sectors count at once, the greatest numbers too', async () => {
  const { candidate } = await anAsk()
  const { registry, operator, owner } = candidate
  await registry.write.setAsk([operator, 11n, 2 ** 32 - 1, 2 ** 24 - 1], { account: owner.account })
  const { freeSectors, minSectors, pricePerSectorEpoch, stake } = await registry.read.provider([operator])
  assert.deepEqual([freeSectors, minSectors, pricePerSectorEpoch], [2 ** 32 - 1, 2 ** 24 - 1, 10n])
  assert.equal(stake > 0n, true)
  await registry.write.setAsk([operator, 2n ** 64n - 1n, 0, 0], { account: owner.account })
  const next = await registry.read.provider([operator])
  assert.deepEqual([next.freeSectors, next.minSectors, next.nextPrice, next.stake], [0, 0, 2n ** 64n - 1n, stake])
})

for (const price of [11n, 9n]) {
  test(`a changed price of ${price} counts from the first block of the epoch that ends its notice`, async () => {
    const { candidate, epoch, notice } = await anAsk()
    const { viem, registry, operator, proofs, networkHelpers } = candidate
    const sent = setPrice(candidate, price)
    await viem.assertions.emitWithArgs(sent, registry, 'AskChanged', [operator, price, epoch + notice, 100, 2])
    const first = await proofs.read.firstBlock([epoch + notice])
    await networkHelpers.mineUpTo(first - 1n)
    const before = await registry.read.provider([operator])
    assert.deepEqual(
      [before.pricePerSectorEpoch, before.nextPrice, before.nextPriceEpoch],
      [10n, price, epoch + notice],
    )
    assert.equal(await priceOf(candidate), 10n)
    await networkHelpers.mine()
    assert.equal((await registry.read.provider([operator])).pricePerSectorEpoch, price)
    assert.equal(await priceOf(candidate), price)
  })
}

test('the price in force takes back what was announced', async () => {
  const { candidate, epoch, notice } = await anAsk()
  const { viem, registry, operator } = candidate
  await setPrice(candidate, 11n)
  const sent = setPrice(candidate, 10n)
  await viem.assertions.emitWithArgs(sent, registry, 'AskChanged', [operator, 10n, epoch, 100, 2])
  await toEpoch(candidate, epoch + notice)
  assert.equal(await priceOf(candidate), 10n)
})

test('the price announced does not start its notice again', async () => {
  const { candidate, epoch, notice } = await anAsk()
  const { viem, registry, operator } = candidate
  await setPrice(candidate, 11n)
  await passEpochs(candidate)
  const sent = setPrice(candidate, 11n)
  await viem.assertions.emitWithArgs(sent, registry, 'AskChanged', [operator, 11n, epoch + notice, 100, 2])
  await toEpoch(candidate, epoch + notice)
  assert.equal(await priceOf(candidate), 11n)
})

test('another price during the notice replaces the one announced and starts a notice of its own', async () => {
  const { candidate, epoch, notice } = await anAsk()
  await setPrice(candidate, 11n)
  await passEpochs(candidate)
  await setPrice(candidate, 12n)
  await toEpoch(candidate, epoch + notice)
  assert.equal(await priceOf(candidate), 10n)
  await toEpoch(candidate, epoch + notice + 1)
  assert.equal(await priceOf(candidate), 12n)
})

test('after the notice a further change starts from the new price', async () => {
  const { candidate, epoch, notice } = await anAsk()
  const { proofs } = candidate
  await setPrice(candidate, 11n)
  // The very first transaction of the epoch in which the announced price counts.
  await untilNextIs(candidate, await proofs.read.firstBlock([epoch + notice]))
  await setPrice(candidate, 12n)
  assert.equal(await priceOf(candidate), 11n)
  await toEpoch(candidate, epoch + 2 * notice)
  assert.equal(await priceOf(candidate), 12n)
})

test('a notice announced keeps its end when the parameter changes', async () => {
  const { candidate, epoch, notice } = await anAsk()
  await setPrice(candidate, 11n)
  await changeParameter(candidate, 'askNoticeEpochs', 90n)
  await toEpoch(candidate, epoch + notice)
  assert.equal(await priceOf(candidate), 11n)
  await setPrice(candidate, 12n)
  const { nextPriceEpoch } = await candidate.registry.read.provider([candidate.operator])
  assert.equal(nextPriceEpoch, epoch + notice + 90)
})
