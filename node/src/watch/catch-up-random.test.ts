import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { catchUp } from './catch-up.ts'
import { ACrew } from './fixtures/a-crew.ts'

type Step =
  | { kind: 'write'; stripes: number; without: number | undefined }
  | { kind: 'catch up'; slot: number }
  | { kind: 'restart'; slot: number }

test('whatever is missed in whatever order, after catching up every slot holds what was written', async () => {
  const slot = fc.nat(3)
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('write'),
        stripes: fc.nat(2),
        without: fc.option(slot, { nil: undefined }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom<'catch up' | 'restart'>('catch up', 'restart')
        .chain((kind) => slot.map((which) => ({ kind, slot: which }))),
    },
  )
  const catchUpAs = (crew: ACrew, lagging: number) => {
    const signal = AbortSignal.timeout(30_000)
    const { services, ref } = crew.member(lagging)
    return catchUp({ services, ref, coSlots: crew.coSlotsOf(lagging, signal), signal })
  }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 7 }), async (steps) => {
      await using crew = await ACrew.open()
      await crew.write({ stripes: 1 })
      const behind = new Set<number>()
      for (const next of steps) {
        if (next.kind === 'write') {
          // Three of the four are a quorum; who is behind already cannot take a write.
          const [before = next.without] = behind
          await crew.write({ stripes: next.stripes, to: [0, 1, 2, 3].filter((each) => each !== before) })
          if (before !== undefined) behind.add(before)
        } else if (next.kind === 'restart') await crew.member(next.slot).restart()
        else {
          await catchUpAs(crew, next.slot)
          behind.delete(next.slot)
        }
      }
      for (const each of [0, 1, 2, 3]) {
        await catchUpAs(crew, each)
        const { certified, sectors } = await crew.member(each).content()
        assert.equal(certified, crew.certificate?.signed.state.nonce)
        assert.deepEqual(sectors, crew.sectors[each])
      }
    }),
    { numRuns: 8 },
  )
})
