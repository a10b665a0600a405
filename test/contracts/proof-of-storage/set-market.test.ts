// setMarket
// ├── when the caller is not the owner      → reverts OwnableUnauthorizedAccount
// └── when the market has been named before → reverts MarketAlreadySet
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Address, getAddress } from 'viem'
import { account, aStorgo } from '../fixtures/network.ts'
import { asTimelock } from './fixtures/as-timelock.ts'

test('when the caller is not the owner it reverts', async () => {
  const storgo = await aStorgo()
  const { viem, proofs } = storgo
  const deployer = account(storgo, 0).account
  const call = proofs.write.setMarket([deployer.address], { account: deployer })
  const args: [Address] = [getAddress(deployer.address)]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'OwnableUnauthorizedAccount', args)
})

test('when the market has been named before it reverts, also for the owner', async () => {
  const storgo = await aStorgo()
  const { viem, proofs, market } = storgo
  const call = proofs.write.setMarket([account(storgo, 0).account.address], { account: await asTimelock(storgo) })
  const args: [Address] = [getAddress(market.address)]
  await viem.assertions.revertWithCustomErrorWithArgs(call, proofs, 'ProofOfStorageMarketAlreadySet', args)
  assert.equal(await proofs.read.market(), getAddress(market.address))
})
