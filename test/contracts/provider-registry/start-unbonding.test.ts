// startUnbonding
// ├── when the operator is not registered              → reverts ProviderRegistryUnknown
// ├── when the caller is not the owner                 → reverts ProviderRegistryNotOwner
// ├── when the amount is zero                          → reverts ProviderRegistryZeroAmount
// ├── when it is more than the stake                   → reverts ProviderRegistryStakeExceeded
// ├── when what stays is below the minimum, not nothing → reverts ProviderRegistryStakeTooLow
// ├── when what stays does not cover the billed GiB    → reverts ProviderRegistryStakeTooLow
// ├── when everything goes while sectors are billed    → reverts ProviderRegistryStakeTooLow
// └── moves the amount to what is unbonding, starts the wait again and emits UnbondingStarted
//     └── and never lets an earlier wait end earlier, where the parameter has been lowered
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { currentEpoch, passEpochs } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { STAKE } from '../fixtures/providers.ts'
import { asMarket } from './fixtures/as-market.ts'
import { aRegistered, type Candidate } from './fixtures/candidate.ts'
import { changeParameter, parameter } from './fixtures/parameter.ts'

const unbond = ({ registry, owner, operator }: Candidate, amount: bigint) =>
  registry.write.startUnbonding([operator, amount], { account: owner.account })

/** A provider with `sectors` billed. */
async function aBilled(sectors: number): Promise<Candidate> {
  const candidate = await aRegistered()
  const { registry, owner, operator } = candidate
  await registry.write.setAsk([operator, 1n, sectors, 1], { account: owner.account })
  await registry.write.reserve([[operator], sectors], { account: await asMarket(candidate) })
  return candidate
}

async function refuses(candidate: Candidate, amount: bigint, needed: bigint): Promise<void> {
  const { viem, registry, operator } = candidate
  await viem.assertions.revertWithCustomErrorWithArgs(
    unbond(candidate, amount),
    registry,
    'ProviderRegistryStakeTooLow',
    [operator, STAKE - amount, needed],
  )
}

test('when the operator is not registered it reverts', async () => {
  const { viem, registry, owner, stranger } = await aRegistered()
  const unknown = getAddress(stranger.account.address)
  const call = registry.write.startUnbonding([unknown, 1n], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [unknown])
})

test('when the caller is not the owner it reverts, for the operator too', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator, stranger } = candidate
  for (const { account: caller } of [stranger, account(candidate, 2)]) {
    const call = registry.write.startUnbonding([operator, 1n], { account: caller })
    await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotOwner', [
      operator,
      getAddress(caller.address),
    ])
  }
})

test('when the amount is zero it reverts', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator } = candidate
  await viem.assertions.revertWithCustomErrorWithArgs(unbond(candidate, 0n), registry, 'ProviderRegistryZeroAmount', [
    operator,
  ])
})

test('when the amount is more than the stake it reverts', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator } = candidate
  const error = [operator, STAKE + 1n, STAKE] as const
  const call = unbond(candidate, STAKE + 1n)
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryStakeExceeded', [...error])
})

test('when what stays is one unit below the minimum it reverts, and the minimum may stay', async () => {
  const candidate = await aRegistered()
  const minimum = await parameter(candidate, 'minimumStake')
  await refuses(candidate, STAKE - minimum + 1n, minimum)
  await unbond(candidate, STAKE - minimum)
  assert.equal((await candidate.registry.read.provider([candidate.operator])).stake, minimum)
})

test('without billed sectors all of it may go', async () => {
  const candidate = await aRegistered()
  const { registry, operator } = candidate
  await unbond(candidate, STAKE)
  const { stake, unbonding } = await registry.read.provider([operator])
  assert.deepEqual([stake, unbonding], [0n, STAKE])
  assert.equal(await registry.read.isActive([operator]), false)
})

test('when all of it goes while a sector is billed it reverts', async () => {
  const candidate = await aBilled(1)
  await refuses(candidate, STAKE, await parameter(candidate, 'minimumStake'))
})

test('when what stays does not cover the billed GiB it reverts, down to one unit', async () => {
  const sectors = 1024 * 1000 + 1
  const candidate = await aBilled(sectors)
  const perGiB = await parameter(candidate, 'stakePerGiB')
  // Rounded up: the last sector alone needs 1/1024 of a GiB's stake.
  const needed = 1000n * perGiB + (perGiB + 1023n) / 1024n
  assert.equal(await candidate.registry.read.stakeNeeded([sectors]), needed)
  await refuses(candidate, STAKE - needed + 1n, needed)
  await unbond(candidate, STAKE - needed)
})

test('a higher minimum lets a provider without billed sectors leave, but not stay below it', async () => {
  const candidate = await aRegistered()
  await changeParameter(candidate, 'minimumStake', 2n * STAKE)
  await refuses(candidate, 1n, 2n * STAKE)
  await unbond(candidate, STAKE)
})

test('it moves the amount, starts the wait and emits UnbondingStarted', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator, token } = candidate
  const ends = (await currentEpoch(candidate)) + Number(await parameter(candidate, 'unbondingEpochs'))
  const held = await token.read.balanceOf([registry.address])
  await viem.assertions.emitWithArgs(unbond(candidate, 7n), registry, 'UnbondingStarted', [operator, 7n, ends])
  const { stake, unbonding, unbondingEndsEpoch } = await registry.read.provider([operator])
  assert.deepEqual([stake, unbonding, unbondingEndsEpoch], [STAKE - 7n, 7n, ends])
  assert.equal(await token.read.balanceOf([registry.address]), held)
})

test('repeated calls add up and start the wait again', async () => {
  const candidate = await aRegistered()
  const { registry, operator } = candidate
  await unbond(candidate, 7n)
  const later = await passEpochs(candidate, 2)
  await unbond(candidate, 5n)
  const { unbonding, unbondingEndsEpoch } = await registry.read.provider([operator])
  assert.equal(unbonding, 12n)
  assert.equal(unbondingEndsEpoch, later + Number(await parameter(candidate, 'unbondingEpochs')))
})

test('a wait that has begun ends no earlier where governance has shortened the parameter since', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator } = candidate
  await changeParameter(candidate, 'unbondingEpochs', 20n)
  const began = await currentEpoch(candidate)
  await unbond(candidate, 7n)
  await changeParameter(candidate, 'unbondingEpochs', 2n)
  const sent = unbond(candidate, 5n)
  await viem.assertions.emitWithArgs(sent, registry, 'UnbondingStarted', [operator, 5n, began + 20])
  assert.equal((await registry.read.provider([operator])).unbondingEndsEpoch, began + 20)
  // Once the later end is that of the new call, it counts.
  const later = await passEpochs(candidate, 19)
  await unbond(candidate, 1n)
  assert.equal((await registry.read.provider([operator])).unbondingEndsEpoch, later + 2)
})
