import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'
import { sha256Of, writeRandomFile } from './random-file.ts'

const BYTES = 6 << 20

/** Paths that change without a byte being moved, and bytes that are all checked. */
export function movingAndVerifying({ cwd, record, storgo, json, failure }: SharedNetwork): void {
  describe('moving and verifying', () => {
    test('mv gives files and folders other paths in one state, and replaces nothing unless it is told to', async () => {
      await writeRandomFile(join(cwd, 'big.bin'), 77, BYTES)
      writeFileSync(join(cwd, 'small.txt'), 'small')
      await json(['put', 'big.bin', 'small.txt', 'from/'])
      const [moved] = await json(['mv', 'from', 'kept/'])
      assert.deepEqual([moved?.['to'], moved?.['files'], moved?.['replaced']], ['kept/from', 2, 0])
      await json(['get', 'kept/from/big.bin', 'moved-back.bin'])
      assert.equal(await sha256Of(join(cwd, 'moved-back.bin')), await sha256Of(join(cwd, 'big.bin')))
      const refused = await failure(['mv', 'kept/from/small.txt', 'kept/from/big.bin'])
      assert.deepEqual([refused.code, refused.exitCode], ['FILE_EXISTS', 1])
      assert.equal((await failure(['mv', 'from', 'elsewhere'])).exitCode, 3)
      assert.equal((await failure(['mv', 'kept', 'kept/below'])).exitCode, 2)
    })

    test('verify reads what is named and finds every byte as it was stored', async () => {
      const [verified] = await json(['verify', 'kept/from', 'kept/from/small.txt'])
      assert.deepEqual([verified?.['healthy'], verified?.['damaged'], verified?.['files']], [true, 0, 3])
      assert.equal(verified?.['bytes'], BYTES + 2 * 'small'.length)
      assert.equal((await failure(['verify', 'kept/nothing'])).exitCode, 3)
    })

    test('verify --slots checks every sector of every slot, and names those of a provider that is frozen', async () => {
      const [verified] = await json(['verify', '--slots'])
      const slots = verified?.['slots']
      assert.ok(Array.isArray(slots) && slots.length === 6)
      assert.deepEqual([verified?.['healthy'], verified?.['lostStripes']], [true, 0])
      assert.ok(slots.every(({ good, wrong, missing }) => good === verified?.['sectors'] && wrong + missing === 0))
      assert.equal((await failure(['verify', '--slots', 'kept'])).exitCode, 2)
      const holder = record.providers.find(
        ({ operator }) => operator.toLowerCase() === String(slots[2]?.provider).toLowerCase(),
      )
      assert.ok(holder)
      process.kill(holder.pid, 'SIGSTOP')
      try {
        const run = await storgo(['verify', '--slots', '--json'])
        assert.equal(run.exitCode, 5, run.stderr)
        const lines = run.stdout.toString().split('\n').filter(Boolean)
        const [last, ...faults] = lines.map((line) => JSON.parse(line)).reverse()
        assert.ok(faults.length > 0 && faults.every(({ slot, wrong }) => slot === 2 && wrong === false))
        assert.deepEqual([last.healthy, last.lostStripes, last.slots[2].good], [false, 0, 0])
      } finally {
        process.kill(holder.pid, 'SIGCONT')
      }
    })
  })
}
