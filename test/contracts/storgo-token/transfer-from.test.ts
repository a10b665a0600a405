// transferFrom
// ├── when the allowance is too small → reverts ERC20InsufficientAllowance
// ├── when it covers the amount       → moves the amount and lowers the allowance
// └── when it is the greatest one     → leaves it
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxUint256 } from 'viem'
import { aHolder, HOLDING } from './fixtures/votes.ts'

test('when the allowance is too small it reverts', async () => {
  const { viem, token, alice, bob } = await aHolder()
  await token.write.approve([bob.account.address, 9n], { account: alice.account })
  const call = token.write.transferFrom([alice.account.address, bob.account.address, 10n], { account: bob.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, token, 'ERC20InsufficientAllowance', [
    bob.account.address,
    9n,
    10n,
  ])
})

test('when the allowance covers the amount it moves it and lowers the allowance', async () => {
  const { token, alice, bob, carol } = await aHolder()
  const [from, spender, to] = [alice.account.address, bob.account.address, carol.account.address]
  await token.write.approve([spender, 10n], { account: alice.account })
  await token.write.transferFrom([from, to, 4n], { account: bob.account })
  assert.equal(await token.read.allowance([from, spender]), 6n)
  assert.equal(await token.read.balanceOf([to]), 4n)
  assert.equal(await token.read.balanceOf([from]), HOLDING - 4n)
})

test('when the allowance is the greatest one it stays', async () => {
  const { token, alice, bob, carol } = await aHolder()
  const [from, spender, to] = [alice.account.address, bob.account.address, carol.account.address]
  await token.write.approve([spender, maxUint256], { account: alice.account })
  await token.write.transferFrom([from, to, 4n], { account: bob.account })
  assert.equal(await token.read.allowance([from, spender]), maxUint256)
})
