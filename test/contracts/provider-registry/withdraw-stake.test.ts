// withdrawStake
// ├── when the operator is not registered → reverts ProviderRegistryUnknown
// ├── when the caller is not the owner    → reverts ProviderRegistryNotOwner
// ├── when nothing is unbonding           → reverts ProviderRegistryNothingUnbonding
// ├── in the last block before the end    → reverts ProviderRegistryStillUnbonding
// └── from the end's first block on pays all of it to the owner and emits StakeWithdrawn
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { passEpochs, toEpoch } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { STAKE } from '../fixtures/providers.ts'
import { aRegistered, type Candidate, untilNextIs } from './fixtures/candidate.ts'
import { changeParameter } from './fixtures/parameter.ts'

const AMOUNT = STAKE / 4n
const withdraw = ({ registry, owner, operator }: Candidate) =>
  registry.write.withdrawStake([operator], { account: owner.account })

/** `AMOUNT` unbonding, to be paid out from `ends` on. */
async function anUnbonding() {
  const candidate = await aRegistered()
  const { registry, owner, operator } = candidate
  await registry.write.startUnbonding([operator, AMOUNT], { account: owner.account })
  const { unbondingEndsEpoch: ends } = await registry.read.provider([operator])
  return { candidate, ends }
}

test('when the operator is not registered it reverts', async () => {
  const { viem, registry, owner, stranger } = await aRegistered()
  const unknown = getAddress(stranger.account.address)
  const call = registry.write.withdrawStake([unknown], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [unknown])
})

test('when the caller is not the owner it reverts, for the operator too', async () => {
  const { candidate, ends } = await anUnbonding()
  const { viem, registry, operator, stranger } = candidate
  await toEpoch(candidate, ends)
  for (const { account: caller } of [stranger, account(candidate, 2)]) {
    const call = registry.write.withdrawStake([operator], { account: caller })
    await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotOwner', [
      operator,
      getAddress(caller.address),
    ])
  }
})

test('when nothing is unbonding it reverts', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator } = candidate
  const error = [operator] as const
  const call = withdraw(candidate)
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNothingUnbonding', [...error])
})

test('it reverts in the last block before the end and pays in the first block of it', async () => {
  const { candidate, ends } = await anUnbonding()
  const { viem, token, registry, operator, owner, proofs, publicClient } = candidate
  const first = await proofs.read.firstBlock([ends])
  await untilNextIs(candidate, first - 1n)
  const early = withdraw(candidate)
  await viem.assertions.revertWithCustomErrorWithArgs(early, registry, 'ProviderRegistryStillUnbonding', [
    operator,
    ends,
    ends - 1,
  ])
  await untilNextIs(candidate, first)
  const before = await token.read.balanceOf([owner.account.address])
  const hash = await withdraw(candidate)
  assert.equal((await publicClient.getTransactionReceipt({ hash })).blockNumber, first)
  assert.equal(await token.read.balanceOf([owner.account.address]), before + AMOUNT)
  assert.equal(await token.read.balanceOf([registry.address]), STAKE - AMOUNT)
  const { stake, unbonding } = await registry.read.provider([operator])
  assert.deepEqual([stake, unbonding], [STAKE - AMOUNT, 0n])
})

test('it emits StakeWithdrawn and cannot be repeated', async () => {
  const { candidate, ends } = await anUnbonding()
  const { viem, registry, operator, owner } = candidate
  await toEpoch(candidate, ends)
  await viem.assertions.emitWithArgs(withdraw(candidate), registry, 'StakeWithdrawn', [
    operator,
    getAddress(owner.account.address),
    AMOUNT,
  ])
  await viem.assertions.revertWithCustomError(withdraw(candidate), registry, 'ProviderRegistryNothingUnbonding')
})

test('a second unbonding holds back the first one until both are over', async () => {
  const { candidate, ends } = await anUnbonding()
  const { viem, token, registry, operator, owner } = candidate
  await toEpoch(candidate, ends - 1)
  await registry.write.startUnbonding([operator, 1n], { account: owner.account })
  await toEpoch(candidate, ends)
  await viem.assertions.revertWithCustomError(withdraw(candidate), registry, 'ProviderRegistryStillUnbonding')
  const { unbondingEndsEpoch } = await registry.read.provider([operator])
  await toEpoch(candidate, unbondingEndsEpoch)
  const before = await token.read.balanceOf([owner.account.address])
  await withdraw(candidate)
  assert.equal(await token.read.balanceOf([owner.account.address]), before + AMOUNT + 1n)
})

test('a longer wait does not change one that has begun', async () => {
  const { candidate, ends } = await anUnbonding()
  await changeParameter(candidate, 'unbondingEpochs', 365n)
  await toEpoch(candidate, ends)
  await withdraw(candidate)
})

test('what was never withdrawn stays ready for ever', async () => {
  const { candidate, ends } = await anUnbonding()
  await toEpoch(candidate, ends)
  await passEpochs(candidate, 50)
  await withdraw(candidate)
})
