// upgradeToAndCall, of each of the five proxies
// ├── when the caller is not the timelock             → reverts OwnableUnauthorizedAccount
// ├── when called on the implementation itself        → reverts UUPSUnauthorizedCallContext
// ├── when the new implementation is not upgradeable  → reverts ERC1967InvalidImplementation
// ├── through the timelock, to a second version: its initialisation runs once, owner and storage stay
// ├── back to the first version: every view tells what it told before, and it cannot be initialised again
// └── all five at once: the network goes on
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Address, encodeFunctionData, getAddress, type Hex, keccak256, toHex } from 'viem'
import { nextSeededEpoch } from '../fixtures/epochs.ts'
import { account } from '../fixtures/network.ts'
import { anotherImplementation, implementationOf, PROXIES, SECOND_VERSION, UPGRADEABLE } from './fixtures/proxies.ts'
import { aNetworkInUse, stateOf } from './fixtures/state.ts'
import { throughTimelock } from './fixtures/through-timelock.ts'

const upgrade = (implementation: Address, data: Hex = '0x'): Hex =>
  encodeFunctionData({ abi: UPGRADEABLE, functionName: 'upgradeToAndCall', args: [implementation, data] })
const initializeSecond = (number: bigint): Hex =>
  encodeFunctionData({ abi: SECOND_VERSION, functionName: 'initializeSecond', args: [number] })

for (const [name, contract] of PROXIES) {
  test(`${contract}: when the caller is not the timelock it reverts, for the deployer too`, async () => {
    const network = await aNetworkInUse()
    const { viem } = network
    const implementation = await anotherImplementation(network, name)
    for (const caller of [account(network, 0), network.owner]) {
      const call = caller.sendTransaction({ to: network[name].address, data: upgrade(implementation) })
      await viem.assertions.revertWithCustomErrorWithArgs(call, network.token, 'OwnableUnauthorizedAccount', [
        caller.account.address,
      ])
    }
  })

  test(`${contract}: when called on the implementation itself it reverts`, async () => {
    const network = await aNetworkInUse()
    const { viem, wallets } = network
    const target = await implementationOf(network, network[name].address)
    const data = upgrade(await anotherImplementation(network, name))
    const call = account({ wallets }, 0).sendTransaction({ to: target, data })
    await viem.assertions.revertWithCustomError(call, network.token, 'UUPSUnauthorizedCallContext')
  })

  test(`${contract}: when the new implementation is not upgradeable it reverts`, async () => {
    const network = await aNetworkInUse()
    const { viem, timelock } = network
    const call = throughTimelock(network, { target: network[name].address, data: upgrade(timelock.address) })
    await viem.assertions.revertWithCustomErrorWithArgs(call, network.token, 'ERC1967InvalidImplementation', [
      timelock.address,
    ])
  })

  test(`${contract}: its state outlives an upgrade to a second version and the way back`, async () => {
    const network = await aNetworkInUse()
    const { viem, publicClient, timelock } = network
    const target = network[name].address
    const before = await stateOf(network, name)

    const second = await viem.deployContract('SecondVersion')
    await throughTimelock(network, { target, data: upgrade(second.address, initializeSecond(42n)) })
    assert.equal(await implementationOf(network, target), getAddress(second.address))
    const read = (functionName: 'number' | 'owner') =>
      publicClient.readContract({ address: target, abi: SECOND_VERSION, functionName })
    assert.equal(await read('number'), 42n)
    assert.equal(await read('owner'), getAddress(timelock.address))
    const again = account(network, 0).sendTransaction({ to: target, data: initializeSecond(43n) })
    await viem.assertions.revertWithCustomError(again, network.token, 'InvalidInitialization')

    await throughTimelock(network, { target, data: upgrade(await anotherImplementation(network, name)) })
    assert.deepEqual(await stateOf(network, name), before)
  })
}

test('when all five are upgraded the network goes on', async () => {
  const network = await aNetworkInUse()
  const { token, parameters, registry, market, proofs, owner, providers } = network
  for (const [name] of PROXIES) {
    const data = upgrade(await anotherImplementation(network, name))
    await throughTimelock(network, { target: network[name].address, data, salt: keccak256(toHex(name)) })
  }
  const { epoch } = await nextSeededEpoch(network)
  assert.equal((await proofs.read.seedOf([epoch]))[0], true)
  const { operator, wallet } = providers[0]!
  await registry.write.setAddresses([operator, ['0x01']], { account: wallet.account })
  await market.write.close([1n], { account: owner.account })
  const credit = await market.read.credit([owner.account.address])
  assert.ok(credit > 0n)
  const balance = await token.read.balanceOf([owner.account.address])
  await market.write.withdraw({ account: owner.account })
  assert.equal(await token.read.balanceOf([owner.account.address]), balance + credit)
  const data = encodeFunctionData({ abi: parameters.abi, functionName: 'set', args: [1, 7n] })
  await throughTimelock(network, { target: parameters.address, data })
  assert.equal(await parameters.read.nextValue([1]), 7n)
})
