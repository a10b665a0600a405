// addStake
// ├── when the operator is not registered  → reverts ProviderRegistryUnknown
// ├── when the amount is zero              → reverts ProviderRegistryZeroAmount
// ├── when it is beyond the type of stakes → reverts
// └── takes the amount from any caller, adds it and emits StakeAdded
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { fund, STAKE } from '../fixtures/providers.ts'
import { aRegistered } from './fixtures/candidate.ts'

test('when the operator is not registered it reverts', async () => {
  const { viem, registry, owner, stranger } = await aRegistered()
  const unknown = getAddress(stranger.account.address)
  const call = registry.write.addStake([unknown, 1n], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [unknown])
})

test('when the amount is zero it reverts', async () => {
  const { viem, registry, owner, operator } = await aRegistered()
  const call = registry.write.addStake([operator, 0n], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryZeroAmount', [operator])
})

test('when the amount is beyond any balance it reverts instead of being cut to its type', async () => {
  const { viem, token, registry, owner, operator } = await aRegistered()
  const call = registry.write.addStake([operator, 2n ** 96n + 1n], { account: owner.account })
  await viem.assertions.revertWithCustomError(call, token, 'ERC20InsufficientBalance')
  assert.equal((await registry.read.provider([operator])).stake, STAKE)
})

test('anybody may add, and the owner of the stake stays', async () => {
  const storgo = await aRegistered()
  const { viem, token, registry, operator, owner, stranger } = storgo
  await fund(storgo, stranger, 50n)
  const sent = registry.write.addStake([operator, 50n], { account: stranger.account })
  await viem.assertions.emitWithArgs(sent, registry, 'StakeAdded', [
    operator,
    getAddress(stranger.account.address),
    50n,
  ])
  const provider = await registry.read.provider([operator])
  assert.equal(provider.stake, STAKE + 50n)
  assert.equal(provider.owner, getAddress(owner.account.address))
  assert.equal(await token.read.balanceOf([stranger.account.address]), 0n)
  assert.equal(await token.read.balanceOf([registry.address]), STAKE + 50n)
})
