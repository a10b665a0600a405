// setMarket
// ├── when the caller is not the contract's owner → reverts OwnableUnauthorizedAccount
// ├── when the market has been named              → reverts ProviderRegistryMarketAlreadySet
// └── names the market
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeFunctionData, getAddress } from 'viem'
import { account, aStorgo } from '../fixtures/network.ts'

/** A registry of its own, owned by account 1 and without a market. */
async function aRegistryWithoutMarket() {
  const storgo = await aStorgo()
  const { viem, token, parameters, proofs, registry: model } = storgo
  const owner = account(storgo, 1)
  const constructorArgs = [token.address, parameters.address, proofs.address] as const
  const implementation = await viem.deployContract('ProviderRegistry', [...constructorArgs])
  const data = encodeFunctionData({ abi: model.abi, functionName: 'initialize', args: [owner.account.address] })
  const proxy = await viem.deployContract('ERC1967Proxy', [implementation.address, data])
  return { ...storgo, owner, registry: await viem.getContractAt('ProviderRegistry', proxy.address) }
}

test('when the caller is not the owner it reverts', async () => {
  const storgo = await aRegistryWithoutMarket()
  const { viem, registry, market } = storgo
  const stranger = account(storgo, 2)
  const call = registry.write.setMarket([market.address], { account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'OwnableUnauthorizedAccount', [
    getAddress(stranger.account.address),
  ])
})

test('it names the market, once', async () => {
  const { viem, registry, market, proofs, owner } = await aRegistryWithoutMarket()
  await registry.write.setMarket([market.address], { account: owner.account })
  assert.equal(await registry.read.market(), getAddress(market.address))
  const again = registry.write.setMarket([proofs.address], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(again, registry, 'ProviderRegistryMarketAlreadySet', [
    getAddress(market.address),
  ])
})
