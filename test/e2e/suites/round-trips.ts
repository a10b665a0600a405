import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'
import { randomBytesOf, sha256Of, writeRandomFile } from './random-file.ts'

const MIB = 1 << 20
const SIZES = [0, 1, MIB - 1, MIB, MIB + 1, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1]
const BIG_BYTES = 300 * MIB

/** Bytes in, the same bytes out. */
export function roundTrips({ cwd, storgo, json, failure }: SharedNetwork): void {
  describe('round trips', () => {
    test('files of every size around a chunk and a stripe come back byte for byte', async () => {
      mkdirSync(join(cwd, 'sizes'))
      for (const [index, size] of SIZES.entries())
        writeFileSync(join(cwd, 'sizes', `${size}.bin`), randomBytesOf(index + 1, size))
      const [result] = await json(['put', 'sizes'])
      assert.equal(result?.['full'], true)
      assert.equal(result['files'], SIZES.length)
      // One by one and as a folder: both ways of fetching.
      const single = async (size: number): Promise<void> => {
        const [got] = await json(['get', `sizes/${size}.bin`, `back-${size}.bin`])
        assert.equal(got?.['bytes'], size)
        assert.ok(readFileSync(join(cwd, `back-${size}.bin`)).equals(readFileSync(join(cwd, 'sizes', `${size}.bin`))))
      }
      await Promise.all([single(0), single(MIB + 1), json(['get', 'sizes', 'sizes-back'])])
      for (const size of SIZES) {
        const name = `${size}.bin`
        assert.ok(readFileSync(join(cwd, 'sizes-back', name)).equals(readFileSync(join(cwd, 'sizes', name))), name)
      }
    })

    test('300 MiB of random bytes come back byte for byte, and storing them again stores almost nothing', async () => {
      const path = join(cwd, 'big.bin')
      await writeRandomFile(path, 99, BIG_BYTES)
      const [first] = await json(['put', 'big.bin'])
      assert.equal(first?.['plainBytes'], BIG_BYTES)
      assert.ok(Number(first['storedBytes']) >= BIG_BYTES)
      const [second] = await json(['put', 'big.bin', 'again/big.bin'])
      assert.ok(Number(second?.['storedBytes']) < BIG_BYTES / 100, `${second?.['storedBytes']}`)
      await json(['get', 'again/big.bin', 'big-back.bin'])
      assert.equal(await sha256Of(join(cwd, 'big-back.bin')), await sha256Of(path))
    })

    test('bytes piped in come out of a pipe', async () => {
      const bytes = randomBytesOf(7, 3 * MIB + 17)
      const stored = await storgo(['put', '-', '--name', 'piped/in.bin'], { stdin: bytes })
      assert.equal(stored.exitCode, 0, stored.stderr)
      const fetched = await storgo(['get', 'piped/in.bin', '-'])
      assert.equal(fetched.exitCode, 0, fetched.stderr)
      assert.ok(fetched.stdout.equals(bytes))
      assert.equal((await failure(['put', '-'], { stdin: bytes })).exitCode, 2)
    })

    test('a file replaces the one that was stored under its path', async () => {
      for (const text of ['first', 'second']) {
        const { exitCode, stderr } = await storgo(['put', '-', 'replaced.txt'], { stdin: Buffer.from(text) })
        assert.equal(exitCode, 0, stderr)
      }
      assert.equal((await storgo(['get', 'replaced.txt', '-'])).stdout.toString(), 'second')
    })

    test('a local file is replaced only with --force', async () => {
      const local = join(cwd, 'mine.txt')
      writeFileSync(local, 'mine')
      const refused = await failure(['get', 'replaced.txt', 'mine.txt'])
      assert.deepEqual([refused.code, refused.exitCode], ['FILE_EXISTS', 1])
      assert.equal(readFileSync(local, 'utf8'), 'mine')
      await json(['get', 'replaced.txt', 'mine.txt', '--force'])
      assert.equal(readFileSync(local, 'utf8'), 'second')
    })

    test('a failed get leaves nothing under its name, and the next one goes on with what there is', async () => {
      mkdirSync(join(cwd, 'empty'))
      const missing = await failure(['get', 'no/such/file', 'empty/x'])
      assert.deepEqual([missing.code, missing.exitCode], ['FILE_NOT_FOUND', 3])
      const late = await failure(['get', 'big.bin', 'empty/big.bin', '--timeout', '1500ms'])
      assert.deepEqual([late.code, late.exitCode], ['TIMED_OUT', 6])
      const interrupted = await storgo(['get', 'big.bin', 'empty/big.bin'], {
        onStart: (pid) => setTimeout(() => process.kill(pid, 'SIGINT'), 1_500),
      })
      assert.equal(interrupted.exitCode, 130, interrupted.stderr)
      const left = readdirSync(join(cwd, 'empty'))
      assert.deepEqual(
        left.filter((name) => !name.startsWith('big.bin.storgo-part')),
        [],
      )
      await json(['get', 'big.bin', 'empty/big.bin'])
      assert.deepEqual(readdirSync(join(cwd, 'empty')), ['big.bin'])
      assert.equal(await sha256Of(join(cwd, 'empty/big.bin')), await sha256Of(join(cwd, 'big.bin')))
    })
  })
}
