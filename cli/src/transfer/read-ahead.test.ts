import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { localSources } from './local-sources.ts'
import { withReadAhead } from './read-ahead.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-ahead-'))
after(() => rmSync(folder, { recursive: true }))

const SIZES = [0, 1, 5, 70_000, 3, 64 * 1024, 64 * 1024 + 1, ...Array.from({ length: 60 }, (_, index) => index * 11)]
for (const [index, size] of SIZES.entries())
  writeFileSync(join(folder, String(index).padStart(3, '0')), Buffer.alloc(size, index + 1))

const all = () => Array.fromAsync(localSources(folder, 'x'))

async function contentOf(source: { open(): AsyncIterable<Uint8Array> }): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(source.open()))
}

test('read in order, every file has its own content, and keeps its name and size', async () => {
  const sources = withReadAhead(await all())
  assert.deepEqual(
    sources.map(({ size }) => size),
    SIZES,
  )
  for (const [index, source] of sources.entries())
    assert.deepEqual(await contentOf(source), Buffer.alloc(SIZES[index] ?? 0, index + 1))
})

test('a file may be read again, and out of turn', async () => {
  const sources = withReadAhead(await all())
  for (const index of [40, 2, 40, 66, 0]) {
    const source = sources[index]
    assert.ok(source)
    assert.deepEqual(await contentOf(source), Buffer.alloc(SIZES[index] ?? 0, index + 1))
  }
})

test('a file that has gone fails when its turn comes', async () => {
  const doomed = join(folder, '999')
  writeFileSync(doomed, 'x')
  const sources = withReadAhead(await all())
  rmSync(doomed)
  for (const source of sources.slice(0, -1)) await contentOf(source)
  const last = sources.at(-1)
  assert.ok(last)
  await assert.rejects(contentOf(last), { code: 'ENOENT' })
})
