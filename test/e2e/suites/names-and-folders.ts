import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'

const SMALL_FILES = 2_000
const NAMES = ['Grüße 🌍.txt', 'مرحبا.md', '日本語', 'with space', "it's", '-dash', 'e\u0301', 'é', '#%?&']

/** Paths, folders and what lists and removes them. */
export function namesAndFolders({ cwd, storgo, json, failure }: SharedNetwork): void {
  describe('names and folders', () => {
    test('a folder of 2 000 small files comes back as it was', async () => {
      const folder = join(cwd, 'many')
      for (let index = 0; index < SMALL_FILES; index++) {
        const below = join(folder, String(index % 20))
        mkdirSync(below, { recursive: true })
        writeFileSync(join(below, `${index}.txt`), `file number ${index}\n`.repeat(index % 7))
      }
      const [result] = await json(['put', 'many', 'kept/'])
      assert.equal(result?.['files'], SMALL_FILES)
      await json(['get', 'kept/many', 'many-back'])
      for (let index = 0; index < SMALL_FILES; index++) {
        const name = join(String(index % 20), `${index}.txt`)
        assert.equal(readFileSync(join(cwd, 'many-back', name), 'utf8'), readFileSync(join(folder, name), 'utf8'))
      }
      assert.equal(readdirSync(join(cwd, 'many-back')).length, 20)
    })

    test('ls shows what is directly in a folder, and with -r everything below it', async () => {
      const [shallow, above, deep, none] = await Promise.all([
        json(['ls', 'kept/many']),
        json(['ls', 'kept']),
        json(['ls', '-r', 'kept/many/']),
        json(['ls', 'nothing/here']),
      ])
      assert.deepEqual(
        shallow.map(({ path }) => path),
        Array.from({ length: 20 }, (_, index) => `kept/many/${index}/`).sort(),
      )
      assert.deepEqual(
        above.map(({ path }) => path),
        ['kept/many/'],
      )
      assert.equal(deep.length, SMALL_FILES)
      assert.ok(deep.every(({ schema, cid }) => schema === 'storgo.ls/1' && typeof cid === 'string'))
      assert.deepEqual(none, [])
    })

    test('stat tells size, time, type and address of a file', async () => {
      const [info] = await json(['stat', 'kept/many/1/1.txt'])
      assert.deepEqual([info?.['size'], info?.['mediaType']], ['file number 1\n'.length, 'text/plain'])
      assert.match(String(info?.['cid']), /^b[a-z2-7]{58}$/u)
      assert.equal((await failure(['stat', 'kept/many/1'])).exitCode, 3)
    })

    test('names may be of any script, and differ by their bytes alone', async () => {
      mkdirSync(join(cwd, 'names'))
      for (const name of NAMES) writeFileSync(join(cwd, 'names', name), `content of ${name}`)
      await json(['put', 'names'])
      const listed = await json(['ls', 'names'])
      assert.deepEqual(listed.map(({ path }) => path).sort(), NAMES.map((name) => `names/${name}`).sort())
      await json(['get', 'names', 'names-back'])
      for (const name of NAMES) assert.equal(readFileSync(join(cwd, 'names-back', name), 'utf8'), `content of ${name}`)
      assert.equal((await storgo(['get', `names/${NAMES[0]}`, '-'])).stdout.toString(), `content of ${NAMES[0]}`)
    })

    test('a path may have 4 096 bytes and not one more', async () => {
      const longest = `${'ü'.repeat(1_024)}/${'p'.repeat(4_096 - 2_049)}`
      assert.equal(Buffer.byteLength(longest), 4_096)
      const stored = await storgo(['put', '-', longest], { stdin: Buffer.from('far down') })
      assert.equal(stored.exitCode, 0, stored.stderr)
      assert.equal((await storgo(['get', longest, '-'])).stdout.toString(), 'far down')
      const longer = await failure(['put', '-', `${longest}p`], { stdin: Buffer.from('too far') })
      assert.deepEqual([longer.code, longer.exitCode], ['PATH_INVALID', 2])
      for (const path of ['a//b', '../up'])
        assert.equal((await failure(['put', '-', path], { stdin: Buffer.from('x') })).code, 'PATH_INVALID', path)
    })

    test('rm takes files and folders away, all of them or none', async () => {
      assert.equal((await failure(['rm', "names/it's", 'names/not there'])).exitCode, 3)
      assert.equal((await json(['ls', 'names'])).length, NAMES.length)
      await json(['rm', "names/it's", '--yes'])
      assert.equal((await failure(['stat', "names/it's"])).exitCode, 3)
      const [result] = await json(['rm', '-r', 'kept', 'names', '--yes'])
      assert.equal(result?.['files'], SMALL_FILES + NAMES.length - 1)
      assert.deepEqual(await json(['ls', '-r', 'kept']), [])
      assert.equal((await failure(['rm', '-r', 'kept'])).exitCode, 3)
    })
  })
}
