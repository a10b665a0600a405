// register: the operator's consent
// ├── when the deadline has passed                       → reverts ProviderRegistrySignatureExpired
// ├── when the signature is not this operator's          → reverts ProviderRegistrySignatureInvalid
// │   (other key, owner, deadline, chain, contract; high s; wrong v; wrong length; zeros)
// ├── when another account replays it                    → reverts ProviderRegistrySignatureInvalid
// └── counts with 65 bytes and with 64 (EIP-2098), up to the deadline's second
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  concat,
  type Hex,
  maxUint256,
  parseSignature,
  serializeCompactSignature,
  serializeSignature,
  signatureToCompactSignature,
  sliceHex,
} from 'viem'
import { keyOf, signConsent } from '../fixtures/providers.ts'
import { aCandidate, type Candidate, register, registration } from './fixtures/candidate.ts'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const valid = (candidate: Candidate, deadline = maxUint256): Promise<Hex> =>
  signConsent(candidate, candidate.key, candidate.owner.account.address, deadline)

/** The other signature that the same nonce gives, valid to a verifier that takes high s. */
function malleated(signature: Hex): Hex {
  const { r, s, yParity } = parseSignature(signature)
  const flipped = (ORDER - BigInt(s)).toString(16).padStart(64, '0')
  return serializeSignature({ r, s: `0x${flipped}`, yParity: 1 - yParity })
}

const compact = (signature: Hex): Hex =>
  serializeCompactSignature(signatureToCompactSignature(parseSignature(signature)))

async function refuses(candidate: Candidate, signature: Hex): Promise<void> {
  const { viem, registry, operator } = candidate
  const call = register(candidate, { signature })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistrySignatureInvalid', [operator])
}

test('when the deadline has passed it reverts, and at the deadline it counts', async () => {
  const candidate = await aCandidate()
  const { viem, registry, operator, networkHelpers } = candidate
  const deadline = BigInt(await networkHelpers.time.latest()) + 100n
  await networkHelpers.time.setNextBlockTimestamp(deadline + 1n)
  const call = register(candidate, { deadline })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistrySignatureExpired', [deadline])
  await networkHelpers.time.setNextBlockTimestamp(deadline)
  await register(candidate, { deadline })
  assert.equal(await registry.read.isActive([operator]), true)
})

test('a signature of 65 bytes counts', async () => {
  const candidate = await aCandidate()
  await register(candidate, { signature: await valid(candidate) })
  assert.equal(await candidate.registry.read.isActive([candidate.operator]), true)
})

test('a signature of 64 bytes counts', async () => {
  const candidate = await aCandidate()
  await register(candidate, { signature: compact(await valid(candidate)) })
  assert.equal(await candidate.registry.read.isActive([candidate.operator]), true)
})

test('when another key has signed it reverts', async () => {
  const candidate = await aCandidate()
  await refuses(candidate, await signConsent(candidate, keyOf(4), candidate.owner.account.address, maxUint256))
})

test('when signed for another owner or deadline it reverts', async () => {
  const candidate = await aCandidate()
  await refuses(candidate, await signConsent(candidate, candidate.key, candidate.stranger.account.address, maxUint256))
  await refuses(candidate, await valid(candidate, maxUint256 - 1n))
})

test('when signed for another chain or contract it reverts', async () => {
  const candidate = await aCandidate()
  await refuses(candidate, await valid({ ...candidate, chainId: candidate.chainId + 1 }))
  await refuses(
    candidate,
    await valid({ ...candidate, registry: { ...candidate.registry, address: candidate.market.address } }),
  )
})

test('when s is high it reverts, with 65 bytes', async () => {
  const candidate = await aCandidate()
  await refuses(candidate, malleated(await valid(candidate)))
})

test('when v, r or s is wrong it reverts', async () => {
  const candidate = await aCandidate()
  const signature = await valid(candidate)
  const rs = sliceHex(signature, 0, 64)
  const v = sliceHex(signature, 64)
  const zero: Hex = `0x${'00'.repeat(32)}`
  await refuses(candidate, concat([rs, v === '0x1b' ? '0x1c' : '0x1b']))
  await refuses(candidate, concat([rs, '0x00']))
  await refuses(candidate, concat([rs, '0x1d']))
  await refuses(candidate, concat([zero, sliceHex(rs, 32), v]))
  await refuses(candidate, concat([sliceHex(rs, 0, 32), zero, v]))
  await refuses(candidate, concat([zero, zero]))
})

test('when it has any other length it reverts', async () => {
  const candidate = await aCandidate()
  const signature = await valid(candidate)
  const lengths: Hex[] = ['0x', '0x00', sliceHex(signature, 0, 63), `${signature}00`, concat([signature, signature])]
  for (const wrong of lengths) await refuses(candidate, wrong)
})

test('when another account replays it the call reverts', async () => {
  const candidate = await aCandidate()
  const { viem, registry, operator, stranger } = candidate
  const args = await registration(candidate)
  const call = registry.write.register(args, { account: stranger.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, registry, 'ProviderRegistrySignatureInvalid', [operator])
})
