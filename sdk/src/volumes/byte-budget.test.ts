import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteBudget } from './byte-budget.ts'

const turn = () => new Promise(setImmediate)

test('what does not fit waits in line until enough is given back', async () => {
  const budget = new ByteBudget(10)
  const order: string[] = []
  const release = await budget.take(8)
  const large = budget.take(9).then(() => order.push('large'))
  const small = budget.take(1).then(() => order.push('small'))
  await turn()
  assert.deepEqual(order, [])
  release()
  release()
  await Promise.all([large, small])
  assert.deepEqual(order, ['large', 'small'])
})

test('more than the whole budget goes, but alone', async () => {
  const budget = new ByteBudget(10)
  const release = await budget.take(50)
  let second = false
  const waiting = budget.take(1).then(() => {
    second = true
  })
  await turn()
  assert.equal(second, false)
  release()
  await waiting
})

test('one that stops waiting leaves the line to those behind it', async () => {
  const budget = new ByteBudget(10)
  await budget.take(5)
  const controller = new AbortController()
  const gone = budget.take(9, controller.signal)
  const behind = budget.take(5)
  controller.abort(new Error('enough'))
  await assert.rejects(gone, { message: 'enough' })
  await behind
})
