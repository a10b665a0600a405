import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choosePairHasher } from './hash-pairs.ts'
import * as node from './node.ts'
import { describePlatform } from './platform.conformance.ts'

const withoutNative = choosePairHasher(() => {
  throw new Error('no build for this machine')
})

describePlatform('the Node platform where the native hasher does not load', { ...node, ...withoutNative })

test('which hasher runs is known', () => {
  assert.equal(withoutNative.pairHasher, 'as-sha256')
  assert.equal(choosePairHasher(() => ({ hashInto: () => {} })).pairHasher, 'hashtree')
})
