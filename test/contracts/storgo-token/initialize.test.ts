// initialize
// ├── when the initial supply is above the cap      → reverts ERC20ExceededCap
// ├── when the proxy has been initialised before    → reverts InvalidInitialization
// ├── when called on the implementation             → reverts InvalidInitialization
// └── names the token, gives the whole supply to the holder and the contract to its owner
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeFunctionData, getAddress, parseEther } from 'viem'
import { account, aStorgo, type Storgo } from '../fixtures/network.ts'

const CAP = parseEther('1000000000')

/** A new token behind a proxy, initialised with `supply` for account 1. */
async function aToken({ viem, wallets, token }: Storgo, supply: bigint) {
  const [owner, holder] = [account({ wallets }, 2).account.address, account({ wallets }, 1).account.address]
  const implementation = await viem.deployContract('StorgoToken')
  const data = encodeFunctionData({ abi: token.abi, functionName: 'initialize', args: [owner, holder, supply] })
  const proxy = await viem.deployContract('ERC1967Proxy', [implementation.address, data])
  return { implementation, proxied: await viem.getContractAt('StorgoToken', proxy.address), owner, holder }
}

test('when the initial supply is above the cap initialize reverts', async () => {
  const storgo = await aStorgo()
  const creation = aToken(storgo, CAP + 1n)
  await storgo.viem.assertions.revertWithCustomErrorWithArgs(creation, storgo.token, 'ERC20ExceededCap', [
    CAP + 1n,
    CAP,
  ])
})

test('the whole cap may be the initial supply', async () => {
  const { proxied, holder } = await aToken(await aStorgo(), CAP)
  assert.equal(await proxied.read.totalSupply(), CAP)
  assert.equal(await proxied.read.cap(), CAP)
  assert.equal(await proxied.read.balanceOf([holder]), CAP)
})

test('when the proxy has been initialised before it reverts', async () => {
  const storgo = await aStorgo()
  const { proxied, owner, holder } = await aToken(storgo, 1n)
  const again = proxied.write.initialize([owner, holder, 1n])
  await storgo.viem.assertions.revertWithCustomError(again, proxied, 'InvalidInitialization')
})

test('when called on the implementation it reverts', async () => {
  const storgo = await aStorgo()
  const { implementation, owner, holder } = await aToken(storgo, 1n)
  const call = implementation.write.initialize([owner, holder, 1n])
  await storgo.viem.assertions.revertWithCustomError(call, implementation, 'InvalidInitialization')
})

test('it names the token, gives the supply to the holder and the contract to its owner', async () => {
  const { proxied, owner, holder } = await aToken(await aStorgo(), parseEther('7'))
  assert.equal(await proxied.read.name(), 'Storgo')
  assert.equal(await proxied.read.symbol(), 'STOR')
  assert.equal(await proxied.read.decimals(), 18)
  assert.equal(await proxied.read.totalSupply(), parseEther('7'))
  assert.equal(await proxied.read.balanceOf([holder]), parseEther('7'))
  assert.equal(await proxied.read.owner(), getAddress(owner))
})

test('on chain 31337 the deployer holds the whole supply and nobody can mint more', async () => {
  const { token, wallets } = await aStorgo()
  const deployer = account({ wallets }, 0).account.address
  assert.equal(await token.read.balanceOf([deployer]), await token.read.totalSupply())
  const mints = token.abi.filter((item) => item.type === 'function' && /mint/i.test(item.name))
  assert.deepEqual(mints, [])
})
