import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Node } from './node.ts'
import { NodeCache } from './node-cache.ts'

const aNode = (): Node => ({ kind: 'leaf', entries: [] })

test('a cache keeps the nodes used last, as a list in order of use does, and never more bytes than its bound', () => {
  const step = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), bytes: fc.nat(60), isSet: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const cache = new NodeCache(100)
      let model: { name: string; node: Node; bytes: number }[] = []
      for (const { name, bytes, isSet } of steps) {
        const found = model.find((kept) => kept.name === name)
        const others = model.filter((kept) => kept !== found)
        if (isSet) {
          const node = aNode()
          cache.set(name, node, bytes)
          model = [...others, { name, node, bytes }]
          while (model.reduce((sum, kept) => sum + kept.bytes, 0) > 100) model.shift()
        } else {
          assert.equal(cache.get(name), found?.node)
          if (found !== undefined) model = [...others, found]
        }
        assert.equal(
          cache.bytes,
          model.reduce((sum, kept) => sum + kept.bytes, 0),
        )
      }
    }),
  )
})

test('a node larger than the whole bound is not kept and drives out nothing', () => {
  const cache = new NodeCache(100)
  const node = aNode()
  cache.set('a', node, 100)
  cache.set('b', aNode(), 101)
  assert.equal(cache.get('b'), undefined)
  assert.equal(cache.get('a'), node)
})
