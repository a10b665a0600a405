import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aPeerId } from './fixtures/peers.ts'
import { RequestShares } from './request-shares.ts'

test('a peer that has all its places gets no more until it gives one back; others have their own', () => {
  const shares = new RequestShares(2)
  const [one, other] = [aPeerId(), aPeerId()]
  const release = shares.take(one)
  assert.ok(release && shares.take(one) && shares.take(other))
  assert.equal(shares.take(one), undefined)
  release()
  assert.ok(shares.take(one))
  assert.equal(shares.take(one), undefined)
})
