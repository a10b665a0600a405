import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorgoError } from '@storgo/protocol'
import { expectedMs } from './peer-record.ts'
import { PeerRecords } from './peer-records.ts'

const answer = (ms: number) => ({ protocol: '/x', ms, sentBytes: 10, receivedBytes: 10 })

test('a client remembers of each provider how soon it answers, whether at all, and that it lied', () => {
  const records = new PeerRecords()
  const [quick, slow, dead, liar] = ['quick', 'slow', 'dead', 'liar']
  for (let i = 0; i < 3; i++) {
    records.asked(quick, answer(5))
    records.asked(slow, answer(500))
    records.asked(dead, { ...answer(5), error: new StorgoError('PEER_UNREACHABLE', 'gone') })
    records.asked(liar, answer(5))
  }
  records.offended(liar, 'bytes-false')
  const order = [liar, dead, slow, quick].map((peer) => ({ peer, ms: expectedMs(records.recordOf(peer), 100) }))
  assert.deepEqual(
    order.sort((a, b) => a.ms - b.ms).map(({ peer }) => peer),
    [quick, slow, dead, liar],
  )
  assert.equal(records.bannedFor(), undefined)
})

test('it remembers the thousand that were asked last', () => {
  const records = new PeerRecords()
  const peers = ['first', 'second', 'third']
  for (const peer of peers) records.asked(peer, answer(5))
  for (let i = 0; i < 998; i++) records.asked(`other ${i}`, answer(5))
  assert.equal(records.size, 1_000)
  assert.deepEqual(
    peers.map((peer) => records.recordOf(peer) !== undefined),
    [false, true, true],
  )
})
