import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LONGEST_SILENCE_MS } from '../net/network-silence.ts'
import { SlotLink } from './slot-link.ts'
import { Stragglers } from './stragglers.ts'

const NOW_MS = performance.now() + 1_000_000

/** A slot that owes an answer for so long, and last answered so long ago. Asked for its state it does what `onState` does. */
function aSender(
  { silentMs, answeredMsAgo = 0, tookMs = 50 }: { silentMs?: number; answeredMsAgo?: number; tookMs?: number },
  onState = () => Promise.reject(new Error('away')),
) {
  const link = new SlotLink({ call: onState, volumeId: 1n, slot: 0, provider: '0x' })
  const silentSinceMs = silentMs === undefined ? undefined : NOW_MS - silentMs
  return { silentSinceMs, answeredMs: NOW_MS - answeredMsAgo, tookMs, link }
}
const many = (count: number, of: () => ReturnType<typeof aSender>) => Array.from({ length: count }, of)

test('a slot that alone is silent is given up after 8 s, and while too few others are left after 12', () => {
  const silent = aSender({ silentMs: 9_000 })
  assert.deepEqual(new Stragglers(5).among([...many(5, () => aSender({})), silent], NOW_MS), [silent])
  const two = many(2, () => aSender({ silentMs: 9_000 }))
  assert.deepEqual(new Stragglers(5).among([...many(4, () => aSender({})), ...two], NOW_MS), [])
  const later = many(2, () => aSender({ silentMs: 12_500 }))
  assert.deepEqual(new Stragglers(5).among([...many(4, () => aSender({})), ...later], NOW_MS), later)
})

test('while others still have something to do nobody is given up', () => {
  const live = [...many(4, () => aSender({})), aSender({ silentMs: 1_000 }), aSender({ silentMs: 13_000 })]
  assert.deepEqual(new Stragglers(5).among(live, NOW_MS), [])
})

test('where answers take long a slot has three times as long', () => {
  const live = [...many(5, () => aSender({ tookMs: 6_000 })), aSender({ silentMs: 15_000 })]
  assert.deepEqual(new Stragglers(5).among(live, NOW_MS), [])
})

test('slots that are all silent are waited for until they count as dead', () => {
  const silent = many(6, () => aSender({ silentMs: 20_000, answeredMsAgo: 20_000 }))
  assert.deepEqual(new Stragglers(5).among(silent, NOW_MS), [])
  const dead = many(6, () => aSender({ silentMs: LONGEST_SILENCE_MS + 1, answeredMsAgo: 50_000 }))
  assert.deepEqual(new Stragglers(5).among(dead, NOW_MS), dead)
})

test('a slot that has nothing to do is asked whether the network is there before one that is silent is given up', async () => {
  let asked = 0
  const probed = Promise.withResolvers<void>()
  const idle = aSender({ answeredMsAgo: 13_000 }, () => {
    asked++
    probed.resolve()
    return Promise.reject(new Error('away'))
  })
  const stragglers = new Stragglers(5)
  const live = [idle, ...many(5, () => aSender({ silentMs: 13_000 }))]
  assert.deepEqual(stragglers.among(live, NOW_MS), [])
  await probed.promise
  assert.deepEqual(stragglers.among(live, NOW_MS), [])
  assert.ok(asked > 0)
})
