import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareBytes } from '../bytes.ts'
import { type CborValue, encodeCbor, readCbor } from '../cbor/plain-cbor.ts'
import {
  chunkKeyOf,
  decodeChunkEntry,
  decodeFileEntry,
  encodeChunkEntry,
  encodeFileEntry,
  type FileEntry,
  fileKeyOf,
  fileKeysBelow,
  pathOfKey,
} from './entries.ts'
import { assertPath } from './path.ts'

const hash = () => fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes))
const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { noNullPrototype: true })
/** As the catalog gives values back: through their bytes. */
const stored = (value: CborValue) => readCbor(encodeCbor(value), { code: 'INTERNAL', what: 'value' }, (read) => read)

function aPath(): fc.Arbitrary<string> {
  const component = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !/^\.\.?$|[/\0]/.test(text) && text.isWellFormed())
  return fc.array(component, { minLength: 1, maxLength: 5 }).map((components) => components.join('/'))
}

function aFileEntry(): fc.Arbitrary<FileEntry> {
  return record({
    digest: hash(),
    fileKey: hash(),
    size: fc.maxSafeNat(),
    modifiedMs: fc.maxSafeInteger(),
    mediaType: fc.constantFrom('', 'image/jpeg', 'x'.repeat(255)),
  })
}

test('file and chunk entries survive the catalog', () => {
  fc.assert(
    fc.property(aFileEntry(), (entry) => assert.deepEqual(decodeFileEntry(stored(encodeFileEntry(entry))), entry)),
  )
  const chunk = record({
    offset: fc.maxSafeNat(),
    sealedBytes: fc.integer({ min: 17, max: 2 ** 20 + 16 }),
    refs: fc.nat(),
  })
  const unnamed = chunk.chain((entry) => fc.nat().map((sinceSeconds) => ({ ...entry, refs: 0, sinceSeconds })))
  const both = fc.oneof(chunk, unnamed)
  fc.assert(fc.property(both, (entry) => assert.deepEqual(decodeChunkEntry(stored(encodeChunkEntry(entry))), entry)))
})

test('an entry that has not its shape is CATALOG_CORRUPT', () => {
  const digest = new Uint8Array(32)
  const files: CborValue[] = [
    null,
    [digest, digest, 1, 1],
    [digest, digest, 1, 1, '', 1],
    [digest.subarray(1), digest, 1, 1, ''],
    [digest, 1, 1, 1, ''],
    [digest, digest, -1, 1, ''],
    [digest, digest, 1, '1', ''],
    [digest, digest, 1, 1, 'é'.repeat(128)],
  ]
  for (const value of files) assert.throws(() => decodeFileEntry(value), { code: 'CATALOG_CORRUPT' })
  for (const value of [null, [], [0, 16, 1], [0, 2 ** 20 + 17, 1], [-1, 20, 1], [0, 20, -1], [0, 20], [0, 20, 1, 1]]) {
    assert.throws(() => decodeChunkEntry(value), { code: 'CATALOG_CORRUPT' })
  }
})

test('keys give their paths back, and paths below a folder have keys below its prefix', () => {
  fc.assert(
    fc.property(aPath(), aPath(), (a, b) => {
      assert.equal(pathOfKey(fileKeyOf(a)), a)
      const below = fileKeysBelow(`${a}/`)
      assert.equal(compareBytes(fileKeyOf(`${a}/${b}`).subarray(0, below.length), below), 0)
    }),
  )
})

test('an entry that could not be read back is not written', () => {
  const file = { digest: new Uint8Array(32), fileKey: new Uint8Array(32), size: 1, modifiedMs: 1, mediaType: '' }
  for (const wrong of [
    { modifiedMs: 1.5 },
    { size: -1 },
    { mediaType: 'x'.repeat(256) },
    { fileKey: new Uint8Array(0) },
  ]) {
    assert.throws(() => encodeFileEntry({ ...file, ...wrong }), { code: 'REQUEST_INVALID' })
  }
  assert.throws(() => encodeChunkEntry({ offset: 0, sealedBytes: 16, refs: 1 }), { code: 'REQUEST_INVALID' })
})

test('a key of no path is CATALOG_CORRUPT and a digest of another length REQUEST_INVALID', () => {
  const keys = [chunkKeyOf(new Uint8Array(32)), Uint8Array.of(0x66), Uint8Array.of(0x66, 0xff), fileKeysBelow('a//b')]
  for (const key of keys) assert.throws(() => pathOfKey(key), { code: 'CATALOG_CORRUPT' })
  assert.throws(() => chunkKeyOf(new Uint8Array(31)), { code: 'REQUEST_INVALID' })
})

test('paths are held to their rules', () => {
  for (const path of ['a', '...', 'a/b', 'ö/日本.txt', '.hidden', 'a b', 'x'.repeat(4096), '\ufeffa', 'C:\\x', '~']) {
    assertPath(path)
    assert.equal(pathOfKey(fileKeyOf(path)), path)
  }
  for (const path of [
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/../b',
    './a',
    'a\0b',
    'x'.repeat(4097),
    'é'.repeat(2049),
    '\ud800',
  ]) {
    assert.throws(() => assertPath(path), { code: 'PATH_INVALID' })
  }
})
