// setAddresses
// ├── when the operator is not registered                 → reverts ProviderRegistryUnknown
// ├── when the caller is neither its owner nor itself     → reverts ProviderRegistryNotOwnerOrOperator
// ├── when there are more than 8                          → reverts ProviderRegistryTooManyAddresses
// ├── when one is empty or longer than 256 bytes          → reverts ProviderRegistryAddressLength
// └── replaces all addresses and emits AddressesChanged
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress, type Hex } from 'viem'
import { account } from '../fixtures/network.ts'
import { aRegistered, type Candidate } from './fixtures/candidate.ts'

const bytes = (count: number): Hex => `0x${'ab'.repeat(count)}`
const setAddresses = ({ registry, owner, operator }: Candidate, addresses: Hex[]) =>
  registry.write.setAddresses([operator, addresses], { account: owner.account })

test('when the operator is not registered it reverts', async () => {
  const { viem, registry, owner, stranger } = await aRegistered()
  const unknown = getAddress(stranger.account.address)
  const call = registry.write.setAddresses([unknown, []], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryUnknown', [unknown])
})

test('when the caller is neither the owner nor the operator it reverts', async () => {
  const { viem, registry, operator, stranger } = await aRegistered()
  const call = registry.write.setAddresses([operator, []], { account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryNotOwnerOrOperator', [
    operator,
    getAddress(stranger.account.address),
  ])
})

test('when there are more than 8 it reverts, and 8 of 256 bytes are stored', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator } = candidate
  const eight = Array.from({ length: 8 }, () => bytes(256))
  const call = setAddresses(candidate, [...eight, bytes(1)])
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryTooManyAddresses', [9n, 8n])
  await setAddresses(candidate, eight)
  assert.deepEqual((await registry.read.provider([operator])).addresses, eight)
})

test('when one is empty or longer than 256 bytes it reverts', async () => {
  const candidate = await aRegistered()
  const { viem, registry } = candidate
  for (const length of [0, 257]) {
    const call = setAddresses(candidate, [bytes(1), bytes(length)])
    await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryAddressLength', [
      1n,
      BigInt(length),
    ])
  }
})

test('it replaces all addresses and emits AddressesChanged', async () => {
  const candidate = await aRegistered()
  const { viem, registry, operator } = candidate
  await setAddresses(candidate, [bytes(3), bytes(40), bytes(5)])
  const sent = setAddresses(candidate, [bytes(33)])
  await viem.assertions.emitWithArgs(sent, registry, 'AddressesChanged', [operator, [bytes(33)]])
  assert.deepEqual((await registry.read.provider([operator])).addresses, [bytes(33)])
  await setAddresses(candidate, [])
  assert.deepEqual((await registry.read.provider([operator])).addresses, [])
})

test('the operator may do it too', async () => {
  const storgo = await aRegistered()
  const { registry, operator } = storgo
  await registry.write.setAddresses([operator, [bytes(2)]], { account: account(storgo, 2).account })
  assert.deepEqual((await registry.read.provider([operator])).addresses, [bytes(2)])
})
