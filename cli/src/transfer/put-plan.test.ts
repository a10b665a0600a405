import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { planPut, remotePathOf } from './put-plan.ts'

const cwd = mkdtempSync(join(tmpdir(), 'storgo-put-plan-'))
after(() => rmSync(cwd, { recursive: true }))
for (const name of ['a.txt', 'b.txt', 'c.txt']) writeFileSync(join(cwd, name), '')

test('of several arguments the last is the destination, unless --to names it', () => {
  assert.deepEqual(planPut(['a.txt'], undefined, cwd), { locals: ['a.txt'], destination: undefined })
  assert.deepEqual(planPut(['a.txt', 'new.txt'], undefined, cwd), { locals: ['a.txt'], destination: 'new.txt' })
  assert.deepEqual(planPut(['a.txt', 'b.txt', 'kept/'], undefined, cwd), {
    locals: ['a.txt', 'b.txt'],
    destination: 'kept/',
  })
  assert.deepEqual(planPut(['a.txt', 'b.txt'], '/', cwd), { locals: ['a.txt', 'b.txt'], destination: '/' })
})

test('what could be one more file to store is not taken for the destination', () => {
  assert.throws(() => planPut(['a.txt', 'b.txt'], undefined, cwd), { code: 'REQUEST_INVALID' })
  assert.throws(() => planPut(['a.txt', 'b.txt', 'c.txt'], undefined, cwd), { code: 'REQUEST_INVALID' })
  assert.throws(() => planPut(['a.txt', 'b.txt', 'kept'], undefined, cwd), { code: 'REQUEST_INVALID' })
})

test('a destination that ends in "/" keeps the name, any other replaces it', () => {
  assert.equal(remotePathOf('a.txt', undefined), 'a.txt')
  assert.equal(remotePathOf('a.txt', '/'), 'a.txt')
  assert.equal(remotePathOf('a.txt', 'x/y/'), 'x/y/a.txt')
  assert.equal(remotePathOf('a.txt', 'x/y'), 'x/y')
})
