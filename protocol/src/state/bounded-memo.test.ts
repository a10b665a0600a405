import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { bytesToHex } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { BoundedMemo } from './bounded-memo.ts'
import { recoverSigner, signDigest } from './signature.ts'

test('a memo gives what the function gives, and keeps at most its bound: those asked for last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(9), { maxLength: 60 }), (bound, asked) => {
      const memo = new BoundedMemo<number | null>(bound)
      const square = (key: number) => (key === 3 ? null : key * key)
      let kept: number[] = []
      for (const key of asked) {
        let isComputed = false
        const result = memo.get(String(key), () => {
          isComputed = true
          return square(key)
        })
        assert.equal(result, square(key))
        assert.equal(isComputed, !kept.includes(key))
        kept = [...kept.filter((other) => other !== key), key].slice(-bound)
        assert.equal(memo.size, kept.length)
      }
    }),
  )
})

/** Who signed, without any memory. */
function recoverSlowly(digest: Uint8Array, signature: Uint8Array): string | undefined {
  if (signature.length !== 64) return undefined
  const compact = Uint8Array.from(signature, (byte, i) => (i === 32 ? byte & 0x7f : byte))
  try {
    const parsed = secp256k1.Signature.fromBytes(compact, 'compact').addRecoveryBit((signature[32] as number) >> 7)
    if (parsed.hasHighS()) return undefined
    return publicKeyToAddress(bytesToHex(parsed.recoverPublicKey(digest).toBytes(false)))
  } catch {
    return undefined
  }
}

test('remembering who signed never changes the answer, also for signatures that differ in a bit or are none', () => {
  const digests = [1, 2].map((seed) => new Uint8Array(32).fill(seed))
  const signatures = digests.flatMap((digest) =>
    [3, 4].map((seed) => signDigest(digest, new Uint8Array(32).fill(seed))),
  )
  const damaged = signatures.map((signature) => signature.with(40, (signature[40] as number) ^ 1))
  const parity = signatures.map((signature) => signature.with(32, (signature[32] as number) ^ 0x80))
  const any = [...signatures, ...damaged, ...parity, new Uint8Array(64), new Uint8Array(0), new Uint8Array(65)]
  const pairs = any.flatMap((signature) => digests.map((digest) => ({ digest, signature })))
  const slowly = pairs.map(({ digest, signature }) => recoverSlowly(digest, signature))
  fc.assert(
    fc.property(fc.array(fc.nat(pairs.length - 1), { minLength: 1, maxLength: 60 }), (asked) => {
      for (const i of asked) {
        const { digest, signature } = pairs[i]!
        // The very same bytes in other arrays, which a caller may change afterwards.
        const [ownDigest, ownSignature] = [digest.slice(), signature.slice()]
        assert.equal(recoverSigner(ownDigest, ownSignature), slowly[i])
        ownDigest.fill(0)
        ownSignature.fill(0)
      }
    }),
    { numRuns: 20 },
  )
})
