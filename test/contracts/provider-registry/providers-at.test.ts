// providersAt, providerCount, provider, ownerOf, pricesOf
// ├── for an operator that is not registered → revert ProviderRegistryUnknown
// ├── list operators in order of registration, a page at a time
// └── a page past the end is short or empty
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress, maxUint256 } from 'viem'
import { aStorgo, fixture } from '../fixtures/network.ts'
import { aProvider } from '../fixtures/providers.ts'
import { aCandidate } from './fixtures/candidate.ts'

const threeProviders = fixture(async () => {
  const storgo = await aStorgo()
  const operators = []
  for (const index of [3, 1, 2]) operators.push((await aProvider(storgo, index)).operator)
  return { ...storgo, operators }
})

test('without providers there are none', async () => {
  const { registry } = await aStorgo()
  assert.equal(await registry.read.providerCount(), 0n)
  assert.deepEqual(await registry.read.providersAt([0n, 10n]), [])
})

test('for an operator that is not registered the views revert', async () => {
  const { viem, registry, operator } = await aCandidate()
  const views = [
    registry.read.provider([operator]),
    registry.read.ownerOf([operator]),
    registry.read.pricesOf([[operator]]),
  ]
  for (const view of views) {
    await viem.assertions.revertWithCustomErrorWithArgs(view, registry, 'ProviderRegistryUnknown', [
      getAddress(operator),
    ])
  }
})

test('it lists operators in order of registration, a page at a time', async () => {
  const { registry, operators } = await threeProviders()
  assert.equal(await registry.read.providerCount(), 3n)
  assert.deepEqual(await registry.read.providersAt([0n, 3n]), operators)
  assert.deepEqual(await registry.read.providersAt([0n, 2n]), operators.slice(0, 2))
  assert.deepEqual(await registry.read.providersAt([1n, 1n]), operators.slice(1, 2))
})

test('a page past the end is short or empty', async () => {
  const { registry, operators } = await threeProviders()
  assert.deepEqual(await registry.read.providersAt([2n, 5n]), operators.slice(2))
  assert.deepEqual(await registry.read.providersAt([1n, maxUint256]), operators.slice(1))
  assert.deepEqual(await registry.read.providersAt([3n, 5n]), [])
  assert.deepEqual(await registry.read.providersAt([maxUint256, maxUint256]), [])
  assert.deepEqual(await registry.read.providersAt([0n, 0n]), [])
})
