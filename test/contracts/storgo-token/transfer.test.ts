// transfer
// ├── when the sender holds too little → reverts ERC20InsufficientBalance
// ├── when the receiver is zero        → reverts ERC20InvalidReceiver
// └── moves the amount and emits Transfer
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zeroAddress } from 'viem'
import { aHolder, HOLDING } from './fixtures/votes.ts'

test('when the sender holds too little it reverts', async () => {
  const { viem, token, alice, bob } = await aHolder()
  const call = token.write.transfer([bob.account.address, HOLDING + 1n], { account: alice.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, token, 'ERC20InsufficientBalance', [
    alice.account.address,
    HOLDING,
    HOLDING + 1n,
  ])
})

test('when the receiver is zero it reverts', async () => {
  const { viem, token, alice } = await aHolder()
  const call = token.write.transfer([zeroAddress, 1n], { account: alice.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, token, 'ERC20InvalidReceiver', [zeroAddress])
})

test('it moves the amount and emits Transfer', async () => {
  const { viem, token, alice, bob } = await aHolder()
  const supply = await token.read.totalSupply()
  await viem.assertions.emitWithArgs(
    token.write.transfer([bob.account.address, 30n], { account: alice.account }),
    token,
    'Transfer',
    [alice.account.address, bob.account.address, 30n],
  )
  assert.equal(await token.read.balanceOf([alice.account.address]), HOLDING - 30n)
  assert.equal(await token.read.balanceOf([bob.account.address]), 30n)
  assert.equal(await token.read.totalSupply(), supply)
})
