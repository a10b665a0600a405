import assert from 'node:assert/strict'
import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { concatBytes } from '../bytes.ts'
import type { Platform } from './platform.ts'

const plain = (bytes: Uint8Array) => new Uint8Array(bytes)
const aKey = fc.uint8Array({ minLength: 32, maxLength: 32 })
const someBytes = fc.uint8Array({ maxLength: 300 })
const NONCE = new Uint8Array(12)

/** Holds a platform to what {@link Platform} promises, measured against Node's own crypto. */
export function describePlatform(name: string, platform: Platform): void {
  describe(name, () => {
    test('sha256 and digestSha256 are SHA-256 at every length around a block', async () => {
      for (const length of [0, 1, 55, 56, 63, 64, 65, 511, 512, 513, 1 << 20]) {
        const bytes = new Uint8Array(length).map((_, i) => i * 7)
        const expected = plain(createHash('sha256').update(bytes).digest())
        assert.deepEqual(platform.sha256(bytes), expected)
        assert.deepEqual(await platform.digestSha256(bytes), expected)
      }
    })

    test('hashPairs hashes every 64 bytes by themselves, for any count and alignment', () => {
      fc.assert(
        fc.property(fc.nat(40), fc.nat(7), fc.integer(), (count, shift, seed) => {
          const input = new Uint8Array(shift + count * 64).map((_, i) => Math.imul(i + 1, seed) >> 3).subarray(shift)
          const output = new Uint8Array(shift + count * 32).subarray(shift)
          platform.hashPairs(input, output)
          for (let i = 0; i < count; i++) {
            const expected = createHash('sha256')
              .update(input.subarray(i * 64, i * 64 + 64))
              .digest()
            assert.deepEqual(output.slice(i * 32, i * 32 + 32), plain(expected))
          }
        }),
      )
    })

    test('hashPairs refuses buffers whose sizes do not fit', () => {
      assert.throws(() => platform.hashPairs(new Uint8Array(64), new Uint8Array(64)), { code: 'INTERNAL' })
      assert.throws(() => platform.hashPairs(new Uint8Array(63), new Uint8Array(31)), { code: 'INTERNAL' })
    })

    test('hmacSha256 and hkdfSha256 are those of RFC 2104 and RFC 5869', () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 130 }),
          someBytes,
          fc.uint8Array({ maxLength: 80 }),
          (key, bytes, info) => {
            assert.deepEqual(platform.hmacSha256(key, bytes), plain(createHmac('sha256', key).update(bytes).digest()))
            assert.deepEqual(
              platform.hkdfSha256(bytes, key, info),
              new Uint8Array(hkdfSync('sha256', bytes, key, info, 32)),
            )
          },
        ),
      )
    })

    test('sealAesGcm gives the ciphertext and then the tag, and openAesGcm the plain bytes again', async () => {
      const lengths = fc.oneof(fc.nat(100), fc.constantFrom((1 << 16) - 1, 1 << 16, (1 << 16) + 1, 1 << 20))
      await fc.assert(
        fc.asyncProperty(aKey, lengths, async (key, length) => {
          const bytes = new Uint8Array(length).map((_, i) => i * 31)
          const cipher = createCipheriv('aes-256-gcm', key, NONCE)
          const expected = concatBytes(cipher.update(bytes), cipher.final(), cipher.getAuthTag())
          const sealed = await platform.sealAesGcm(key, NONCE, bytes)
          assert.deepEqual(sealed, expected)
          assert.deepEqual(await platform.openAesGcm(key, NONCE, sealed), bytes)
        }),
        { numRuns: 30 },
      )
    })

    test('openAesGcm refuses altered, truncated and foreign bytes by name', async () => {
      const sealed = await platform.sealAesGcm(new Uint8Array(32), NONCE, new Uint8Array(100))
      for (const at of [0, 50, 99, 100, 115]) {
        const altered = sealed.slice()
        altered[at]! ^= 1
        await assert.rejects(async () => platform.openAesGcm(new Uint8Array(32), NONCE, altered), {
          code: 'DECRYPTION_FAILED',
        })
      }
      for (const length of [0, 15, 16, 115]) {
        await assert.rejects(async () => platform.openAesGcm(new Uint8Array(32), NONCE, sealed.subarray(0, length)), {
          code: 'DECRYPTION_FAILED',
        })
      }
      await assert.rejects(async () => platform.openAesGcm(new Uint8Array(32).fill(1), NONCE, sealed), {
        code: 'DECRYPTION_FAILED',
      })
    })

    test('zstdDecompress gives back what any Zstandard encoder compressed', async () => {
      const text = new TextEncoder()
        .encode('a real file is mostly a file that was there before. '.repeat(30_000))
        .subarray(0, 1 << 20)
      for (const bytes of [
        new Uint8Array(0),
        text.subarray(0, 1),
        text.subarray(0, 256),
        text.subarray(0, 70_000),
        text,
      ]) {
        assert.deepEqual(await platform.zstdDecompress(zstdCompressSync(bytes), 1 << 20), plain(bytes))
        const own = await platform.zstdCompress(bytes)
        if (own !== undefined) assert.deepEqual(await platform.zstdDecompress(own, bytes.length), plain(bytes))
      }
    })

    test('zstdDecompress refuses more bytes than the caller allows, damage and other formats by name', async () => {
      const frame = plain(zstdCompressSync(new Uint8Array(1000).map((_, i) => i % 13)))
      const lying = frame.slice()
      lying[6]! += 1
      // Non-single segment with a window of 2^41 bytes.
      const hugeWindow = concatBytes(frame.subarray(0, 4), Uint8Array.of(0x80, 0xf8, 232, 3, 0, 0, 1, 0, 0))
      const noSize = concatBytes(frame.subarray(0, 4), Uint8Array.of(0x00, 0x48, 1, 0, 0))
      const refused = [
        frame.subarray(0, 3),
        frame.subarray(0, 7),
        frame.subarray(0, -1),
        lying,
        hugeWindow,
        noSize,
        new Uint8Array(64),
      ]
      for (const bytes of refused) {
        await assert.rejects(async () => platform.zstdDecompress(bytes, 1 << 20), { code: 'DECRYPTION_FAILED' })
      }
      await assert.rejects(async () => platform.zstdDecompress(frame, 999), { code: 'DECRYPTION_FAILED' })
    })

    test('randomBytes gives as many as asked for, and others each time', () => {
      assert.equal(platform.randomBytes(0).length, 0)
      assert.equal(platform.randomBytes(70_000).length, 70_000)
      assert.notDeepEqual(platform.randomBytes(32), platform.randomBytes(32))
    })
  })
}
