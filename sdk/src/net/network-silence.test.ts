import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LONGEST_SILENCE_MS, NetworkSilence } from './network-silence.ts'

/** A network at a time that the test sets, which has been heard of at 0. */
function aNetwork() {
  const clock = { ms: 0 }
  const silence = new NetworkSilence(() => clock.ms)
  silence.heard('a', 1)
  const pending = () => Promise.withResolvers<string>()
  return { clock, silence, pending }
}

test('one peer that is asked alone is not excused, however silent', () => {
  const { clock, silence, pending } = aNetwork()
  void silence.during('a', () => pending().promise)
  void silence.during('a', () => pending().promise)
  clock.ms = 60_000
  assert.equal(silence.isSilent, false)
  assert.equal(silence.extending('a', 4_000)(), 0)
})

test('a peer is not excused while another answers', async () => {
  const { clock, silence, pending } = aNetwork()
  const extend = silence.extending('a', 4_000)
  void silence.during('a', () => pending().promise)
  void silence.during('b', () => pending().promise)
  clock.ms = 3_500
  await silence.during('c', async () => silence.heard('c', 1))
  clock.ms = 4_000
  assert.equal(extend(), 0)
})

test('while all who are asked are silent a deadline waits, for so long, and goes on as long again once one answers', async () => {
  const { clock, silence, pending } = aNetwork()
  const extend = silence.extending('a', 4_000)
  void silence.during('a', () => pending().promise)
  void silence.during('b', () => pending().promise)
  for (clock.ms = 4_000; clock.ms < 14_000; ) {
    const more = extend()
    assert.ok(more > 0 && more < 4_000)
    clock.ms += more
  }
  silence.heard('b', 1)
  assert.equal(extend(), clock.ms)
  assert.equal(extend(), 0)
})

test('a network that stays away is waited for only so long', () => {
  const { clock, silence, pending } = aNetwork()
  const extend = silence.extending('a', 4_000)
  for (const peer of ['a', 'b']) void silence.during(peer, () => pending().promise)
  clock.ms = 4_000
  for (let more = extend(); more > 0; more = extend()) clock.ms += more
  assert.ok(clock.ms >= LONGEST_SILENCE_MS && clock.ms <= LONGEST_SILENCE_MS + 2 * 4_000, `${clock.ms}`)
})

test('a network that was never heard of excuses nobody', () => {
  const silence = new NetworkSilence(() => 60_000)
  for (const peer of ['a', 'b']) void silence.during(peer, () => Promise.withResolvers<never>().promise)
  assert.equal(silence.isSilent, false)
})

test('a peer that brings bytes has longer, but not without end, and not if it trickles', () => {
  const { clock, silence, pending } = aNetwork()
  void silence.during('a', () => pending().promise)
  const bringing = silence.extending('a', 4_000)
  for (let more = 4_000; more > 0; more = bringing()) {
    clock.ms += more
    silence.heard('a', 100_000)
    assert.ok(clock.ms < 200_000)
  }
  assert.ok(clock.ms > 100_000)
  const trickling = silence.extending('a', 4_000)
  silence.heard('a', 1_000)
  assert.equal(trickling(), 0)
})

test('after a silence those not heard of yet may be coming back for as long again, and those asked since are not excused', () => {
  const { clock, silence, pending } = aNetwork()
  for (const peer of ['a', 'b', 'c']) void silence.during(peer, () => pending().promise)
  const comingBack = () => ['a', 'b', 'c', 'd'].filter((peer) => silence.isComingBack(peer))
  assert.deepEqual(comingBack(), [])
  clock.ms = 14_000
  assert.deepEqual(comingBack(), ['a', 'b', 'c'])
  silence.heard('a', 1)
  assert.deepEqual(comingBack(), ['b', 'c'])
  for (; clock.ms < 20_000; clock.ms += 1_000) silence.heard('a', 1)
  silence.heard('b', 1)
  void silence.during('d', () => pending().promise)
  assert.deepEqual(comingBack(), ['c'])
  for (; clock.ms < 28_000; clock.ms += 1_000) silence.heard('a', 1)
  assert.deepEqual(comingBack(), [])
})

test('while nobody was asked nobody was silent', () => {
  const { clock, silence, pending } = aNetwork()
  clock.ms = 60_000
  for (const peer of ['a', 'b']) void silence.during(peer, () => pending().promise)
  assert.equal(silence.isSilent, false)
  clock.ms = 61_000
  silence.heard('a', 1)
  assert.equal(silence.isComingBack('b'), false)
})

test('a peer is heard of only while it owes answers', async () => {
  const { clock, silence, pending } = aNetwork()
  assert.equal(silence.heardMs('a'), undefined)
  const { promise, resolve } = pending()
  const asked = silence.during('a', () => promise)
  assert.equal(silence.heardMs('a'), undefined)
  clock.ms = 5
  silence.heard('a', 1)
  assert.equal(silence.heardMs('a'), 5)
  resolve('')
  await asked
  assert.equal(silence.heardMs('a'), undefined)
})

test('a peer that is asked again and again and never heard of is gone, and any byte shows that it is not', async () => {
  const { clock, silence } = aNetwork()
  const ask = () => silence.during('b', async () => {})
  for (; clock.ms < LONGEST_SILENCE_MS; clock.ms += 5_000) {
    await ask()
    assert.equal(silence.isGone('b'), false)
  }
  assert.equal(silence.isGone('b'), true)
  silence.heard('b', 1)
  assert.equal(silence.isGone('b'), false)
  await ask()
  clock.ms += LONGEST_SILENCE_MS
  assert.equal(silence.isGone('b'), true)
  silence.forget('b')
  assert.equal(silence.isGone('b'), false)
})
