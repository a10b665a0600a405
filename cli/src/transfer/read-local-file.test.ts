import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readLocalFile } from './read-local-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'storgo-read-'))
after(() => rm(folder, { recursive: true }))

const contentOf = async (path: string, size: number) =>
  Buffer.concat(await Array.fromAsync(readLocalFile(path, size), (part) => part.slice()))

test('a file of any size around a read comes whole, also when it has grown or shrunk since it was listed', async () => {
  const path = join(folder, 'file')
  for (const bytes of [0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 5]) {
    const content = randomBytes(bytes)
    await writeFile(path, content)
    for (const listed of [bytes, 0, bytes + 7, Math.max(0, bytes - 7)]) {
      assert.ok((await contentOf(path, listed)).equals(content), `${bytes} bytes listed as ${listed}`)
    }
  }
})

test('a part stays as it is until the next is asked for', async () => {
  const path = join(folder, 'parts')
  const content = randomBytes(5 << 20)
  await writeFile(path, content.subarray(0, 4 << 20))
  await appendFile(path, content.subarray(4 << 20))
  let at = 0
  for await (const part of readLocalFile(path, content.length)) {
    // The next read is on its way, and must not go here.
    await new Promise((resolve) => setImmediate(resolve))
    assert.ok(content.subarray(at, at + part.length).equals(part))
    at += part.length
  }
  assert.equal(at, content.length)
})

test('a reader that stops early closes the file, and one that is not there is an error', async () => {
  const path = join(folder, 'early')
  await writeFile(path, randomBytes(3 << 20))
  for await (const _ of readLocalFile(path, 3 << 20)) break
  await assert.rejects(contentOf(join(folder, 'nowhere'), 5), { code: 'ENOENT' })
})
