import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import * as fc from 'fast-check'
import { mergeLines } from './merge-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-merge-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const { signal } = new AbortController()

const aLine = (seconds: number, msg: string) =>
  JSON.stringify({ level: 'info', time: new Date(seconds * 1000).toISOString(), msg })

function write(logs: readonly (readonly string[])[]) {
  return logs.map((lines, i) => {
    const path = join(folder, `${i}.log`)
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
    return { node: String(i), path }
  })
}

test('the lines of all logs come by time, and those of one log in its own order', async () => {
  const times = fc.array(fc.array(fc.nat(50), { maxLength: 20 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(times, async (logs) => {
      const sorted = logs.map((log) => log.toSorted((a, b) => a - b))
      const files = write(sorted.map((log) => log.map((seconds, at) => aLine(seconds, String(at)))))
      const merged = await Array.fromAsync(mergeLines(files, { follow: false, signal }))
      const moments = merged.map(({ time }) => Date.parse(time ?? '') / 1000)
      assert.deepEqual(
        moments,
        sorted.flat().toSorted((a, b) => a - b),
      )
      for (const [node, log] of sorted.entries()) {
        const own = merged.filter((line) => line.node === String(node)).map(({ message }) => Number(message))
        assert.deepEqual(own, [...log.keys()])
      }
    }),
    { numRuns: 30 },
  )
})

test('a stack goes with the line before it', async () => {
  const files = write([[aLine(1, 'failed'), '  at somewhere', aLine(5, 'later')], [aLine(3, 'other')]])
  const merged = await Array.fromAsync(mergeLines(files, { follow: false, signal }))
  assert.deepEqual(
    merged.map(({ message }) => message),
    ['failed', '  at somewhere', 'other', 'later'],
  )
})

test('what is logged later comes as it does, until the reader has had enough', async () => {
  const files = write([[aLine(1, 'first')], []])
  const enough = new AbortController()
  const lines = mergeLines(files, { follow: true, signal: enough.signal })
  assert.equal((await lines.next()).value?.message, 'first')
  const next = lines.next()
  appendFileSync(files[1]!.path, `${aLine(2, 'second')}\n`)
  assert.equal((await next).value?.message, 'second')
  const never = lines.next()
  enough.abort(new Error('enough'))
  await assert.rejects(never)
})
