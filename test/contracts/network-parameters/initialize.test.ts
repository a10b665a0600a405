// initialize
// ├── when a value is out of its bounds          → reverts NetworkParametersOutOfBounds
// ├── when there are too few or too many values  → reverts NetworkParametersValueCount
// ├── when the proxy has been initialised before → reverts InvalidInitialization
// ├── when called on the implementation          → reverts InvalidInitialization
// └── sets the owner and every value, which count at once
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress } from 'viem'
import { anUnstarted, PARAMETERS, VALUES } from './fixtures/unstarted.ts'

for (const [index] of VALUES.entries()) {
  const parameter = index + 1
  test(`when ${PARAMETERS[parameter]} is out of its bounds it reverts`, async () => {
    const { viem, initialize, parameters } = await anUnstarted()
    const [minimum, maximum] = await parameters.read.bounds([parameter])
    for (const value of minimum > 0n ? [minimum - 1n, maximum + 1n] : [maximum + 1n]) {
      const creation = initialize(VALUES.with(index, value))
      const error = [parameter, value, minimum, maximum] as const
      await viem.assertions.revertWithCustomErrorWithArgs(creation, parameters, 'NetworkParametersOutOfBounds', [
        ...error,
      ])
    }
  })
}

test('when there are too few or too many values it reverts', async () => {
  const { viem, parameters, initialize } = await anUnstarted()
  for (const values of [VALUES.slice(0, -1), [], [...VALUES, 1n]]) {
    const count = [BigInt(values.length), BigInt(VALUES.length)] as const
    const creation = initialize(values)
    await viem.assertions.revertWithCustomErrorWithArgs(creation, parameters, 'NetworkParametersValueCount', [...count])
  }
})

test('when the proxy has been initialised before it reverts', async () => {
  const { viem, parameters, owner } = await anUnstarted()
  const again = parameters.write.initialize([owner.account.address, VALUES], { account: owner.account })
  await viem.assertions.revertWithCustomError(again, parameters, 'InvalidInitialization')
})

test('when called on the implementation it reverts', async () => {
  const { viem, implementation, owner } = await anUnstarted()
  const call = implementation.write.initialize([owner.account.address, VALUES])
  await viem.assertions.revertWithCustomError(call, implementation, 'InvalidInitialization')
})

test('it sets the owner and every value at once', async () => {
  const { parameters, owner } = await anUnstarted()
  assert.equal(await parameters.read.owner(), getAddress(owner.account.address))
  for (const [index, value] of VALUES.entries()) {
    assert.equal(await parameters.read.value([index + 1]), value)
    assert.equal(await parameters.read.nextValue([index + 1]), value)
  }
})
