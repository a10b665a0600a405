// delegateBySig
// ├── when expired               → reverts VotesExpiredSignature
// ├── when the nonce is not next → reverts InvalidAccountNonce
// └── delegates the signer's votes
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getAddress, maxUint256 } from 'viem'
import { keyOf } from '../fixtures/providers.ts'
import { type Delegation, signDelegation } from './fixtures/sign.ts'
import { aHolder, HOLDING } from './fixtures/votes.ts'

/** Alice's signed delegation to Bob, and how Carol sends it. */
async function aDelegation(changes: Partial<Delegation> = {}) {
  const chain = await aHolder()
  const message = { delegatee: chain.bob.account.address, nonce: 0n, expiry: maxUint256, ...changes }
  const { v, r, s } = await signDelegation(chain, keyOf(1), message)
  const { delegatee, nonce, expiry } = message
  const send = () =>
    chain.token.write.delegateBySig([delegatee, nonce, expiry, v, r, s], { account: chain.carol.account })
  return { ...chain, send }
}

test('when expired it reverts', async () => {
  const { viem, token, send } = await aDelegation({ expiry: 1n })
  await viem.assertions.revertWithCustomErrorWithArgs(send(), token, 'VotesExpiredSignature', [1n])
})

test('when the nonce is not the next one it reverts', async () => {
  const early = await aDelegation({ nonce: 1n })
  const owner = early.alice.account.address
  await early.viem.assertions.revertWithCustomErrorWithArgs(early.send(), early.token, 'InvalidAccountNonce', [
    owner,
    0n,
  ])
  const { viem, token, send } = await aDelegation()
  await send()
  await viem.assertions.revertWithCustomErrorWithArgs(send(), token, 'InvalidAccountNonce', [owner, 1n])
})

test("it delegates the signer's votes", async () => {
  const { token, alice, bob, carol, send } = await aDelegation()
  await send()
  assert.equal(await token.read.delegates([alice.account.address]), getAddress(bob.account.address))
  assert.equal(await token.read.getVotes([bob.account.address]), HOLDING)
  assert.equal(await token.read.getVotes([carol.account.address]), 0n)
})
