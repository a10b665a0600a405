// isActive
// ├── false for an operator that is not registered
// ├── true from registration on, with or without an ask
// └── follows the stake and the minimum of the current epoch
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STAKE } from '../fixtures/providers.ts'
import { aCandidate, aRegistered } from './fixtures/candidate.ts'
import { changeParameter } from './fixtures/parameter.ts'

test('an operator that is not registered is not active', async () => {
  const { registry, operator } = await aCandidate()
  assert.equal(await registry.read.isActive([operator]), false)
})

test('it is active from registration on', async () => {
  const { registry, operator } = await aRegistered()
  assert.equal(await registry.read.isActive([operator]), true)
})

test('it is not while its stake is below the minimum', async () => {
  const candidate = await aRegistered()
  const { registry, operator, owner } = candidate
  await changeParameter(candidate, 'minimumStake', STAKE)
  assert.equal(await registry.read.isActive([operator]), true)
  await changeParameter(candidate, 'minimumStake', STAKE + 1n)
  assert.equal(await registry.read.isActive([operator]), false)
  await registry.write.addStake([operator, 1n], { account: owner.account })
  assert.equal(await registry.read.isActive([operator]), true)
})

test('it is not after all stake has begun to unbond', async () => {
  const { registry, operator, owner } = await aRegistered()
  await registry.write.startUnbonding([operator, STAKE], { account: owner.account })
  assert.equal(await registry.read.isActive([operator]), false)
})
