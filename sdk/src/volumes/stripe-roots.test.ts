import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CborValue, concatBytes, HASH_BYTES, rootRowKey, slotRoot } from '@storgo/protocol'
import fc from 'fast-check'
import { StripeRoots } from './stripe-roots.ts'

const N = 2
const hex = (key: Uint8Array) => Buffer.from(key).toString('hex')
const aRoot = (seed: number) => new Uint8Array(HASH_BYTES).fill(seed & 255).fill(seed >> 8, 16)

/** The same, with all roots in two lists. */
class SlowRoots {
  readonly slots: Uint8Array[][] = [[], []]
  set(stripe: number, roots: readonly Uint8Array[]): void {
    for (const [slot, root] of roots.entries()) (this.slots[slot] as Uint8Array[])[stripe] = root
  }
  slotRoots(): Uint8Array {
    return concatBytes(...this.slots.map((roots) => slotRoot(concatBytes(...roots))))
  }
}

const aStep = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('append' as const), count: fc.constantFrom(15, 16, 17, 255, 256, 257) }),
  fc.record({ kind: fc.constant('change' as const), stripes: fc.array(fc.nat(), { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
)

test('however stripes are added and changed, the slots roots are those of all their sectors', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 14 }), async (steps) => {
      const rows = new Map<string, CborValue | undefined>()
      const read = async (key: Uint8Array) => rows.get(hex(key))
      let roots = new StripeRoots({ n: N, stripes: 0, read })
      const slow = new SlowRoots()
      let seed = 0
      const set = async (stripe: number) => {
        const own = [aRoot(++seed), aRoot(++seed)]
        await roots.set(stripe, own, true)
        slow.set(stripe, own)
      }
      for (const step of steps) {
        if (step.kind === 'append') for (let i = 0; i < step.count; i++) await set(roots.stripes)
        else if (step.kind === 'change')
          for (const at of step.stripes) if (roots.stripes > 0) await set(at % roots.stripes)
        if (step.kind === 'reopen') {
          for (const { key, value } of roots.changes()) rows.set(hex(key), value)
          roots = new StripeRoots({ n: N, stripes: roots.stripes, read })
        }
        if (roots.stripes > 0) assert.deepEqual(await roots.slotRoots(), slow.slotRoots())
      }
    }),
    { numRuns: 60 },
  )
})

test('a change of one stripe among thousands reads and writes one row a level', async () => {
  const rows = new Map<string, CborValue | undefined>()
  let reads = 0
  const read = async (key: Uint8Array) => {
    reads++
    return rows.get(hex(key))
  }
  const all = new StripeRoots({ n: N, stripes: 0, read })
  for (let i = 0; i < 5000; i++) await all.set(i, [aRoot(i), aRoot(i + 1)], true)
  for (const { key, value } of all.changes()) rows.set(hex(key), value)
  const roots = new StripeRoots({ n: N, stripes: 5000, read })
  await roots.set(1234, [aRoot(1), aRoot(2)], true)
  await roots.slotRoots()
  assert.ok(reads <= 2 * 4, `${reads} rows`)
  const changed = roots.changes()
  assert.deepEqual(
    changed.map(({ key }) => hex(key)),
    [rootRowKey(0, 1234 >> 4), rootRowKey(1, 1234 >> 8), rootRowKey(2, 0), rootRowKey(3, 0)].map(hex),
  )
})

test('rows that are not needed leave the memory, and come back from the catalog', async () => {
  const rows = new Map<string, CborValue | undefined>()
  const roots = new StripeRoots({ n: 1, stripes: 0, read: async (key) => rows.get(hex(key)) })
  const list: Uint8Array[] = []
  for (let i = 0; i < 6000; i++) {
    list.push(aRoot(i))
    await roots.set(i, [aRoot(i)], true)
  }
  for (const { key, value } of roots.changes()) rows.set(hex(key), value)
  roots.forget([])
  list[77] = aRoot(9)
  await roots.set(77, [aRoot(9)], true)
  assert.deepEqual(await roots.slotRoots(), slotRoot(concatBytes(...list)))
})

test('rows that lack roots are refused', async () => {
  for (const value of [undefined, new Uint8Array(64), 7]) {
    const roots = new StripeRoots({ n: 2, stripes: 3, read: async () => value })
    await assert.rejects(roots.slotRoots(), { code: 'CATALOG_CORRUPT' })
  }
})
