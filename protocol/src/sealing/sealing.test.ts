import assert from 'node:assert/strict'
import { createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { zstdCompress } from '#platform'
import { chunkKey } from '../keys/derive-keys.ts'
import { CHUNK_BYTES } from '../units.ts'
import { openChunk, type SealedChunk, sealChunk } from './chunk.ts'
import { encodeChunk } from './encode-chunk.ts'
import { isWorthCompressing } from './is-worth-compressing.ts'
import { seal, unseal } from './seal.ts'

const VOLUME_KEY = new Uint8Array(32).fill(5)
const random = (length: number) => new Uint8Array(randomBytes(length))
const text = (length: number) =>
  new TextEncoder().encode('what people store repeats itself; '.repeat(length / 30 + 1)).slice(0, length)

/** The specification's steps, backwards, by Node's own functions. */
async function openSlowly({ sealed, digest, key, codec, plainBytes }: SealedChunk): Promise<Uint8Array> {
  assert.deepEqual(digest, new Uint8Array(createHash('sha256').update(sealed).digest()))
  const decipher = createDecipheriv('aes-256-gcm', key, new Uint8Array(12)).setAuthTag(sealed.subarray(-16))
  const encoded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  assert.deepEqual(key, await chunkKey(VOLUME_KEY, encoded))
  const plain = codec === 1 ? zstdDecompressSync(encoded) : encoded
  assert.equal(plain.length, plainBytes)
  return new Uint8Array(plain)
}

test('any chunk comes back, by the specification and by openChunk', async () => {
  const lengths = [1, 2, 63, 64, 1023, 1024, 4096, 65_536, CHUNK_BYTES - 1, CHUNK_BYTES]
  for (const plain of lengths.flatMap((length) => [text(length), random(length), new Uint8Array(length)])) {
    const chunk = await sealChunk(VOLUME_KEY, plain)
    assert.deepEqual(await openSlowly(chunk), plain)
    assert.deepEqual(await openChunk(chunk), plain)
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (plain) => {
      assert.deepEqual(await openChunk(await sealChunk(VOLUME_KEY, plain)), plain)
    }),
  )
})

test('equal chunks of one volume seal to equal bytes, and to others in another volume', async () => {
  const plain = text(50_000)
  assert.deepEqual(await sealChunk(VOLUME_KEY, plain), await sealChunk(VOLUME_KEY, plain.slice()))
  const other = await sealChunk(new Uint8Array(32), plain)
  assert.notDeepEqual((await sealChunk(VOLUME_KEY, plain)).digest, other.digest)
})

test('compression is kept where it saves at least 5 %, and not tried on what looks random', async () => {
  // A browser reads compressed chunks but makes none.
  const canCompress = (await zstdCompress(text(100))) !== undefined
  assert.equal((await encodeChunk(text(CHUNK_BYTES))).codec, canCompress ? 1 : 0)
  const bytes = random(CHUNK_BYTES)
  assert.equal(isWorthCompressing(bytes), false)
  assert.equal((await encodeChunk(bytes)).codec, 0)
  assert.equal(isWorthCompressing(text(10)), true)
  // Too short to look random. Zstandard saves 9 of these 600 bytes, which is not enough.
  const hashes = Array.from({ length: 20 }, (_, i) => createHash('sha256').update(String(i)).digest())
  const mostlyRandom = new Uint8Array(Buffer.concat(hashes).subarray(0, 600)).fill(0, 0, 28)
  assert.equal(isWorthCompressing(mostlyRandom), true)
  assert.equal((await encodeChunk(mostlyRandom)).codec, 0)
})

test('a chunk has at least one byte and at most 1 MiB', async () => {
  await assert.rejects(sealChunk(VOLUME_KEY, new Uint8Array(0)), { code: 'INTERNAL' })
  await assert.rejects(sealChunk(VOLUME_KEY, new Uint8Array(CHUNK_BYTES + 1)), { code: 'INTERNAL' })
})

test('other bytes than the named ones are corrupt, whichever byte differs', async () => {
  const chunk = await sealChunk(VOLUME_KEY, random(100))
  for (let at = 0; at < chunk.sealed.length; at++) {
    const sealed = chunk.sealed.slice()
    sealed[at]! ^= 4
    await assert.rejects(openChunk({ ...chunk, sealed }), { code: 'SECTOR_CORRUPT' })
  }
  await assert.rejects(openChunk({ ...chunk, sealed: chunk.sealed.subarray(1) }), { code: 'SECTOR_CORRUPT' })
  await assert.rejects(openChunk({ ...chunk, digest: new Uint8Array(32) }), { code: 'SECTOR_CORRUPT' })
  await assert.rejects(openChunk({ ...chunk, sealed: new Uint8Array(CHUNK_BYTES + 17) }), { code: 'SECTOR_CORRUPT' })
})

test('the named bytes with a wrong key, codec or size do not open', async () => {
  for (const chunk of [await sealChunk(VOLUME_KEY, text(5000)), await sealChunk(VOLUME_KEY, random(5000))]) {
    const wrong = [
      { key: new Uint8Array(32) },
      { codec: chunk.codec === 0 ? 1 : 0 },
      { codec: 2 },
      { plainBytes: 4999 },
      { plainBytes: 5001 },
      { plainBytes: 0 },
      { plainBytes: CHUNK_BYTES + 1 },
      { plainBytes: Number.NaN },
    ]
    for (const change of wrong) await assert.rejects(openChunk({ ...chunk, ...change }), { code: 'DECRYPTION_FAILED' })
  }
})

test('a chunk that decompresses to more than it says stops at what it says', async () => {
  const { encoded } = await encodeChunk(new Uint8Array(CHUNK_BYTES))
  const key = await chunkKey(VOLUME_KEY, encoded)
  const sealed = await seal(key, encoded)
  const digest = new Uint8Array(createHash('sha256').update(sealed).digest())
  await assert.rejects(openChunk({ sealed, digest, key, codec: 1, plainBytes: 10 }), { code: 'DECRYPTION_FAILED' })
})

test('a chunk never opens to more than a chunk may have, whatever its entry says', async () => {
  const plainBytes = CHUNK_BYTES + 1
  const encoded = new Uint8Array(zstdCompressSync(new Uint8Array(plainBytes)))
  const key = await chunkKey(VOLUME_KEY, encoded)
  const sealed = await seal(key, encoded)
  const digest = new Uint8Array(createHash('sha256').update(sealed).digest())
  await assert.rejects(openChunk({ sealed, digest, key, codec: 1, plainBytes }), { code: 'DECRYPTION_FAILED' })
})

test('unseal gives back what seal sealed and refuses everything else', async () => {
  const sealed = await seal(VOLUME_KEY, text(10))
  assert.deepEqual(await unseal(VOLUME_KEY, sealed), text(10))
  await assert.rejects(unseal(VOLUME_KEY, sealed.subarray(1)), { code: 'DECRYPTION_FAILED' })
  await assert.rejects(unseal(VOLUME_KEY, new Uint8Array(3)), { code: 'DECRYPTION_FAILED' })
})
