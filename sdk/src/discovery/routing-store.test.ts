import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Key } from 'interface-datastore'
import { aPeerId } from '../net/fixtures/peers.ts'
import { RoutingStore } from './routing-store.ts'

const value = Uint8Array.of(1)
const announcement = (content: string, peer: string) => new Key(`/dht/provider/${content}/${peer}`)

test('each kind of entry has a bound of its own, and the oldest goes first', async () => {
  const store = new RoutingStore(async () => true, { records: 2, peers: 3 })
  for (const name of ['a', 'b', 'c']) await store.put(new Key(`/dht/record/${name}`), value)
  for (const name of ['a', 'b', 'c', 'd']) await store.put(new Key(`/peers/${name}`), value)
  assert.deepEqual(store.sizes, { announcements: 0, records: 2, peers: 3 })
  assert.equal(store.has(new Key('/dht/record/a')), false)
  assert.equal(store.has(new Key('/dht/record/c')), true)
  assert.throws(() => store.get(new Key('/peers/a')), { name: 'NotFoundError' })
})

test('one peer cannot announce more than its share, and strangers nothing', async () => {
  const [provider, stranger] = [aPeerId().toString(), aPeerId().toString()]
  const store = new RoutingStore(async (peer) => peer.toString() === provider, { announcementsPerPeer: 2 })
  for (const content of ['x', 'y', 'z', 'x']) await store.put(announcement(content, provider), value)
  await store.put(announcement('x', stranger), value)
  assert.equal(store.sizes.announcements, 2)
  store.delete(announcement('y', provider))
  await store.put(announcement('z', provider), value)
  const found = await Array.fromAsync(store.query({ prefix: '/dht/provider/z' }))
  assert.deepEqual(found, [{ key: announcement('z', provider), value }])
  assert.equal(store.sizes.announcements, 2)
})
