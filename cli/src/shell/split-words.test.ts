import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { quoteWord, splitWords } from './split-words.ts'

test('words are divided by spaces, unless these are quoted', () => {
  for (const [line, words] of [
    ['put a b', ['put', 'a', 'b']],
    ['put  "a b" \'c d\' e\\ f', ['put', 'a b', 'c d', 'e f']],
    ['ls ', ['ls', '']],
    ['', ['']],
    ['ls # all', ['ls', '']],
    ['ls a#b', ['ls', 'a#b']],
    ['say "it\'s \\"so\\""', ['say', 'it\'s "so"']],
  ] as const)
    assert.deepEqual(splitWords(line).words, words, line)
})

test('a quote that is not closed is told', () => {
  assert.equal(splitWords('put "a b').open, true)
  assert.equal(splitWords('put "a b"').open, false)
})

test('the last word begins where Tab has to replace it', () => {
  for (const [line, last] of [
    ['ls', 0],
    ['ls ', 3],
    ['ls ab', 3],
    ['ls a\\ b', 3],
    ['ls "a b', 3],
  ] as const)
    assert.equal(splitWords(line).last, last, line)
})

test('any words come back from a line of quoted words', async () => {
  const word = fc.string({ minLength: 1, unit: fc.constantFrom(...'ab \'"\\#\tä🌍-/'.split('')) })
  await fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      assert.deepEqual(splitWords(words.map(quoteWord).join(' ')).words, words)
    }),
  )
})

test('quotes and backslashes mean what they mean to sh', () => {
  const part = fc.constantFrom('a', ' ', '  ', "'b c'", '"d e"', '"f\\"g"', '\\ ', "\\'", '"\\\\"', 'h#i', "''")
  const lines = fc.sample(
    fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')),
    60,
  )
  const script = lines.map((line) => `printf '%s\\0' ${line} ''; printf '\\1'`).join('\n')
  const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' })
  for (const [i, shown] of stdout.split('\u0001').slice(0, -1).entries()) {
    const line = lines[i] ?? ''
    const expected = shown.split('\0').slice(0, -2)
    const { words } = splitWords(`${line} `)
    assert.deepEqual(words.slice(0, -1), expected, line)
  }
})
