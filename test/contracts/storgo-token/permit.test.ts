// permit
// ├── when the deadline has passed             → reverts ERC2612ExpiredSignature
// ├── when someone else has signed             → reverts ERC2612InvalidSigner
// ├── when signed for another amount, nonce, chain or token → reverts ERC2612InvalidSigner
// ├── when used a second time                  → reverts ERC2612InvalidSigner
// └── sets the allowance, emits Approval and uses up one nonce
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxUint256 } from 'viem'
import { keyOf } from '../fixtures/providers.ts'
import { type Permit, signPermit } from './fixtures/sign.ts'
import { aHolder } from './fixtures/votes.ts'

/** Alice's permit of 5 for Bob, and how to send it. */
async function aPermit() {
  const chain = await aHolder()
  const [owner, spender] = [chain.alice.account.address, chain.bob.account.address]
  const message: Permit = { owner, spender, value: 5n, nonce: 0n, deadline: maxUint256 }
  const send = (signature: Awaited<ReturnType<typeof signPermit>>, { deadline } = message) =>
    chain.token.write.permit([owner, spender, 5n, deadline, signature.v, signature.r, signature.s], {
      account: chain.carol.account,
    })
  return { chain, owner, spender, message, send, key: keyOf(1) }
}

test('when the deadline has passed it reverts, and at the deadline it counts', async () => {
  const { chain, message, send, key, owner, spender } = await aPermit()
  const { networkHelpers, viem, token } = chain
  const late = { ...message, deadline: BigInt(await networkHelpers.time.latest()) + 100n }
  const signature = await signPermit(chain, key, late)
  await networkHelpers.time.setNextBlockTimestamp(late.deadline + 1n)
  const call = send(signature, late)
  await viem.assertions.revertWithCustomErrorWithArgs(call, token, 'ERC2612ExpiredSignature', [late.deadline])
  await networkHelpers.time.setNextBlockTimestamp(late.deadline)
  await send(signature, late)
  assert.equal(await token.read.allowance([owner, spender]), 5n)
})

test('when someone else has signed it reverts', async () => {
  const { chain, message, send, owner } = await aPermit()
  const mallory = keyOf(4)
  const call = send(await signPermit(chain, mallory, message))
  await chain.viem.assertions.revertWithCustomErrorWithArgs(call, chain.token, 'ERC2612InvalidSigner', [
    mallory.address,
    owner,
  ])
})

test('when signed for another amount, spender, nonce, chain or token it reverts', async () => {
  const { chain, message, send, key } = await aPermit()
  const signatures = await Promise.all([
    signPermit(chain, key, { ...message, value: 6n }),
    signPermit(chain, key, { ...message, spender: chain.carol.account.address }),
    signPermit(chain, key, { ...message, nonce: 1n }),
    signPermit(chain, key, message, { chainId: chain.chainId + 1 }),
    signPermit(chain, key, message, { verifyingContract: chain.registry.address }),
  ])
  for (const signature of signatures) {
    await chain.viem.assertions.revertWithCustomError(send(signature), chain.token, 'ERC2612InvalidSigner')
  }
})

test('when used a second time it reverts', async () => {
  const { chain, message, send, key } = await aPermit()
  const signature = await signPermit(chain, key, message)
  await send(signature)
  await chain.viem.assertions.revertWithCustomError(send(signature), chain.token, 'ERC2612InvalidSigner')
})

test('it sets the allowance, emits Approval and uses up one nonce', async () => {
  const { chain, message, send, key, owner, spender } = await aPermit()
  const { viem, token } = chain
  const sent = send(await signPermit(chain, key, message))
  await viem.assertions.emitWithArgs(sent, token, 'Approval', [owner, spender, 5n])
  assert.equal(await token.read.allowance([owner, spender]), 5n)
  assert.equal(await token.read.nonces([owner]), 1n)
})
