import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, StorgoError } from '@storgo/protocol'
import { AVolume } from '../slots/fixtures/a-volume.ts'
import type { VolumeFacts } from '../slots/volume-facts.ts'
import { VolumeCache } from './volume-cache.ts'

const { facts } = new AVolume()
const signal = AbortSignal.timeout(10_000)

function aCache(answers: (VolumeFacts | undefined | Error)[]) {
  const chain = { reads: 0, nowMs: 0 }
  const cache = new VolumeCache({
    readFacts: async () => {
      const answer = answers[chain.reads++]
      if (answer instanceof Error) throw answer
      return answer
    },
    readSessionKey: async () => facts.sessionKey,
    currentEpoch: () => 1 as Epoch,
    nowMs: () => chain.nowMs,
  })
  return { cache, chain }
}

test('a volume is read once, again after a minute, after its event, and when freshness is asked for', async () => {
  const { cache, chain } = aCache(Array(9).fill(facts))
  await cache.facts(1n, { signal })
  await cache.facts(1n, { signal })
  assert.equal(chain.reads, 1)
  chain.nowMs += 60_000
  await cache.facts(1n, { signal })
  assert.equal(chain.reads, 2)
  cache.forget(1n)
  await cache.facts(1n, { signal })
  assert.equal(chain.reads, 3)
  await cache.facts(1n, { signal, fresh: true })
  assert.equal(chain.reads, 3)
  chain.nowMs += 1_000
  await cache.facts(1n, { signal, fresh: true })
  assert.equal(chain.reads, 4)
})

test('an unknown volume is asked about again after two seconds', async () => {
  const { cache, chain } = aCache([undefined, facts])
  await assert.rejects(cache.facts(1n, { signal }), { code: 'VOLUME_UNKNOWN' })
  chain.nowMs += 1_999
  await assert.rejects(cache.facts(1n, { signal }), { code: 'VOLUME_UNKNOWN' })
  assert.equal(chain.reads, 1)
  chain.nowMs += 1
  assert.equal(await cache.facts(1n, { signal }), facts)
})

test('many who ask at once share one read', async () => {
  const { cache, chain } = aCache([facts])
  await Promise.all([cache.facts(1n, { signal }), cache.facts(1n, { signal })])
  assert.equal(chain.reads, 1)
})

test('old facts serve while the chain is unreachable, but not where freshness is asked for', async () => {
  const down = new StorgoError('CHAIN_UNREACHABLE', 'down')
  const { cache, chain } = aCache([facts, down, down])
  await cache.facts(1n, { signal })
  chain.nowMs += 100_000
  assert.equal(await cache.facts(1n, { signal }), facts)
  await assert.rejects(cache.facts(1n, { signal, fresh: true }), { code: 'CHAIN_UNREACHABLE' })
})

test('a read that began before the event is not kept', async () => {
  const first = Promise.withResolvers<VolumeFacts>()
  let reads = 0
  const cache = new VolumeCache({
    readFacts: () => (reads++ === 0 ? first.promise : Promise.resolve({ ...facts, closed: true })),
    readSessionKey: async () => facts.sessionKey,
    currentEpoch: () => 1 as Epoch,
    nowMs: () => 0,
  })
  const before = cache.facts(1n, { signal })
  cache.forget(1n)
  first.resolve(facts)
  await before
  assert.equal((await cache.facts(1n, { signal })).closed, true)
})
