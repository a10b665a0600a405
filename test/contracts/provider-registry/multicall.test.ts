// permit and multicall
// ├── permit and register in one transaction, without an allowance before
// ├── when someone has sent the same permit first → the rest still counts
// ├── when the permit is not valid                → the call that needs it reverts ERC20InsufficientAllowance
// └── when one call reverts                       → all do, with its error
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeFunctionData, type Hex, maxUint256 } from 'viem'
import { keyOf, STAKE } from '../fixtures/providers.ts'
import { signPermit } from '../storgo-token/fixtures/sign.ts'
import { aCandidate, type Candidate, registration } from './fixtures/candidate.ts'

/** A candidate without an allowance, its permit for `value`, and a multicall of permit and `register`. */
async function aPermittedCall(value = STAKE) {
  const candidate = await aCandidate()
  const { token, registry, owner } = candidate
  await token.write.approve([registry.address, 0n], { account: owner.account })
  const message = {
    owner: owner.account.address,
    spender: registry.address,
    value,
    nonce: 0n,
    deadline: maxUint256,
  }
  const permit = await signPermit(candidate, keyOf(1), message)
  const { abi } = registry
  const args = [STAKE, maxUint256, permit.v, permit.r, permit.s] as const
  const calls = [
    encodeFunctionData({ abi, functionName: 'permit', args }),
    encodeFunctionData({ abi, functionName: 'register', args: await registration(candidate) }),
  ]
  return { candidate, permit, calls }
}

const multicall = ({ registry, owner }: Candidate, calls: Hex[]) =>
  registry.write.multicall([calls], { account: owner.account })

test('permit and register go in one transaction', async () => {
  const { candidate, calls } = await aPermittedCall()
  await multicall(candidate, calls)
  assert.equal(await candidate.registry.read.isActive([candidate.operator]), true)
  assert.equal(await candidate.token.read.balanceOf([candidate.registry.address]), STAKE)
})

test('when someone has sent the same permit first the rest still counts', async () => {
  const { candidate, permit, calls } = await aPermittedCall()
  const { token, registry, owner, stranger, operator } = candidate
  const { v, r, s } = permit
  await token.write.permit([owner.account.address, registry.address, STAKE, maxUint256, v, r, s], {
    account: stranger.account,
  })
  await multicall(candidate, calls)
  assert.equal(await registry.read.isActive([operator]), true)
})

test('when the permit is not valid the call that needs it reverts', async () => {
  const { candidate, calls } = await aPermittedCall(STAKE - 1n)
  const { viem, token, registry } = candidate
  const call = multicall(candidate, calls)
  await viem.assertions.revertWithCustomErrorWithArgs(call, token, 'ERC20InsufficientAllowance', [
    registry.address,
    0n,
    STAKE,
  ])
})

test('when one call reverts all do, with its error', async () => {
  const { candidate, calls } = await aPermittedCall()
  const { viem, registry, operator } = candidate
  const withdraw = encodeFunctionData({ abi: registry.abi, functionName: 'withdrawStake', args: [operator] })
  const call = multicall(candidate, [...calls, withdraw])
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNothingUnbonding', [operator])
  assert.equal(await registry.read.isActive([operator]), false)
})

test('calls inside a multicall keep their sender', async () => {
  const { candidate, calls } = await aPermittedCall()
  const { viem, registry, operator, owner, stranger } = candidate
  await multicall(candidate, calls)
  const addresses = encodeFunctionData({ abi: registry.abi, functionName: 'setAddresses', args: [operator, ['0x01']] })
  await registry.write.multicall([[addresses]], { account: owner.account })
  assert.deepEqual((await registry.read.provider([operator])).addresses, ['0x01'])
  const call = registry.write.multicall([[addresses]], { account: stranger.account })
  await viem.assertions.revertWithCustomError(call, registry, 'ProviderRegistryNotOwnerOrOperator')
})
