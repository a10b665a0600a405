// register
// ├── when the key is not 64 bytes                → reverts ProviderRegistryKeyLength
// ├── when the operator is registered             → reverts ProviderRegistryAlreadyRegistered
// ├── when the stake is below the minimum         → reverts ProviderRegistryStakeTooLow
// ├── when the addresses are out of bounds        → reverts (see set-addresses.test.ts)
// ├── when the owner has not allowed the transfer → reverts ERC20InsufficientAllowance
// └── stores the provider, takes the stake and emits ProviderRegistered and AddressesChanged
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress, size, sliceHex } from 'viem'
import { keyOf, publicKeyOf, STAKE, signConsent } from '../fixtures/providers.ts'
import { aCandidate, register, registration } from './fixtures/candidate.ts'
import { parameter } from './fixtures/parameter.ts'

const ADDRESSES = ['0x047f000001061f90', '0x04c0a80001061f91'] as const

test('when the key is not 64 bytes it reverts', async () => {
  const candidate = await aCandidate()
  const key = publicKeyOf(candidate.key)
  const wrong = ['0x', sliceHex(key, 1), `0x04${key.slice(2)}`, sliceHex(key, 0, 33)] as const
  for (const publicKey of wrong) {
    const call = register(candidate, { publicKey })
    const { viem, registry } = candidate
    await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryKeyLength', [
      BigInt(size(publicKey)),
    ])
  }
})

test('when the operator is registered it reverts, for its owner and for another', async () => {
  const candidate = await aCandidate()
  const { viem, registry, operator, key, stranger } = candidate
  await register(candidate)
  const again = register(candidate)
  await viem.assertions.revertWithCustomErrorWithArgs(again, registry, 'ProviderRegistryAlreadyRegistered', [operator])
  const [publicKey, addresses, stake, deadline] = await registration(candidate)
  const signature = await signConsent(candidate, key, stranger.account.address, deadline)
  const other = registry.write.register([publicKey, addresses, stake, deadline, signature], {
    account: stranger.account,
  })
  await viem.assertions.revertWithCustomErrorWithArgs(other, registry, 'ProviderRegistryAlreadyRegistered', [operator])
})

test('when the stake is one unit below the minimum it reverts, and the minimum is enough', async () => {
  const candidate = await aCandidate()
  const { viem, registry, operator } = candidate
  const minimum = await parameter(candidate, 'minimumStake')
  const call = register(candidate, { stake: minimum - 1n })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryStakeTooLow', [
    operator,
    minimum - 1n,
    minimum,
  ])
  await register(candidate, { stake: minimum })
  assert.equal((await registry.read.provider([operator])).stake, minimum)
})

test('when the addresses are out of bounds it reverts', async () => {
  const candidate = await aCandidate()
  const { viem, registry } = candidate
  const call = register(candidate, { addresses: Array.from({ length: 9 }, () => ADDRESSES[0]) })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistryTooManyAddresses', [9n, 8n])
})

test('when the owner has not allowed the transfer it reverts and registers nobody', async () => {
  const candidate = await aCandidate()
  const { viem, token, registry, owner, operator } = candidate
  await token.write.approve([registry.address, STAKE - 1n], { account: owner.account })
  const call = register(candidate)
  await viem.assertions.revertWithCustomErrorWithArgs(call, token, 'ERC20InsufficientAllowance', [
    registry.address,
    STAKE - 1n,
    STAKE,
  ])
  await viem.assertions.revertWithCustomError(registry.read.provider([operator]), registry, 'ProviderRegistryUnknown')
})

test('when the stake is far beyond any balance it reverts instead of being cut to its type', async () => {
  const candidate = await aCandidate()
  const call = register(candidate, { stake: 2n ** 96n + STAKE })
  await candidate.viem.assertions.revertWithCustomError(call, candidate.token, 'ERC20InsufficientBalance')
})

test('it stores the provider', async () => {
  const candidate = await aCandidate()
  const { registry, operator, owner, key } = candidate
  await register(candidate, { addresses: [...ADDRESSES] })
  const { addresses, publicKey, ...provider } = await registry.read.provider([operator])
  assert.deepEqual(addresses, [...ADDRESSES])
  assert.equal(size(publicKey), 33)
  assert.equal(sliceHex(publicKey, 1), sliceHex(publicKeyOf(key), 0, 32))
  assert.deepEqual(provider, {
    owner: getAddress(owner.account.address),
    stake: STAKE,
    unbonding: 0n,
    unbondingEndsEpoch: 0,
    billedSectors: 0,
    freeSectors: 0,
    minSectors: 0,
    pricePerSectorEpoch: 0n,
    nextPrice: 0n,
    nextPriceEpoch: 0,
  })
})

test('it takes the stake from the owner', async () => {
  const candidate = await aCandidate()
  const { token, registry, owner } = candidate
  const before = await token.read.balanceOf([owner.account.address])
  await register(candidate)
  assert.equal(await token.read.balanceOf([owner.account.address]), before - STAKE)
  assert.equal(await token.read.balanceOf([registry.address]), STAKE)
})

test('it emits ProviderRegistered and AddressesChanged', async () => {
  const candidate = await aCandidate()
  const { viem, registry, operator, owner, key } = candidate
  const sent = await register(candidate, { addresses: [ADDRESSES[1]] })
  const y = publicKeyOf(key).at(-1)
  const prefix = Number.parseInt(y ?? '', 16) % 2 === 1 ? '03' : '02'
  await viem.assertions.emitWithArgs(sent, registry, 'ProviderRegistered', [
    operator,
    getAddress(owner.account.address),
    `0x${prefix}${publicKeyOf(key).slice(2, 66)}`,
    STAKE,
  ])
  await viem.assertions.emitWithArgs(sent, registry, 'AddressesChanged', [operator, [ADDRESSES[1]]])
})

test('the compressed key has the sign of both kinds of y', async () => {
  const prefixes = new Set<string>()
  for (let index = 2; prefixes.size < 2; ++index) {
    const key = keyOf(index)
    const candidate = { ...(await aCandidate()), key }
    await register(candidate)
    const { publicKey } = await candidate.registry.read.provider([key.address])
    const odd = BigInt(key.publicKey) % 2n === 1n
    assert.equal(sliceHex(publicKey, 0, 1), odd ? '0x03' : '0x02')
    prefixes.add(sliceHex(publicKey, 0, 1))
  }
})

test('one owner may register several operators', async () => {
  const candidate = await aCandidate()
  const { registry, owner } = candidate
  await register(candidate)
  await register({ ...candidate, key: keyOf(5) })
  assert.equal(await registry.read.providerCount(), 2n)
  assert.equal(await registry.read.ownerOf([keyOf(5).address]), getAddress(owner.account.address))
})
