import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { StorgoError } from '@storgo/protocol'
import { expectedMs } from '@storgo/sdk'
import { PeerBook } from './peer-book.ts'
import { PeerDatabase } from './peer-database.ts'

const quick = { protocol: '/x', ms: 5, sentBytes: 10, receivedBytes: 10 }
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storgo-peers-'))
})
after(() => rm(folder, { recursive: true }))

test('what is known of peers and who is banned is there again after a restart', async () => {
  const book = new PeerBook(() => 1_000)
  book.asked('a', quick)
  book.reached('a', { addresses: ['/ip4/1.2.3.4/tcp/1'], operator: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' })
  book.offended('b', 'bytes-false')
  const ban = { peerId: 'b', reason: 'bytes-false', by: 'rule', sinceMs: 1, untilMs: 2_000 } as const
  {
    await using database = await PeerDatabase.open(folder)
    await database.save({ ...book.takeChanges(), bans: [ban] })
  }
  await using database = await PeerDatabase.open(folder)
  const { peers, bans } = await database.load()
  assert.deepEqual(peers, book.all())
  assert.deepEqual(bans, [ban])
})

test('a database that cannot be read is begun anew', async () => {
  const broken = join(folder, 'broken')
  {
    await using database = await PeerDatabase.open(broken)
    await database.save({ changed: [], removed: [], bans: [] })
  }
  await writeFile(join(broken, 'peers', 'CURRENT'), 'nonsense')
  await using database = await PeerDatabase.open(broken)
  assert.deepEqual(await database.load(), { peers: [], bans: [] })
})

test('a peer that answers is expected sooner than one that does not, and a liar last', () => {
  const book = new PeerBook(() => 0)
  for (let i = 0; i < 5; i++) {
    book.asked('good', quick)
    book.asked('dead', { ...quick, error: new StorgoError('PEER_UNREACHABLE', 'gone') })
    book.asked('liar', quick)
    book.asked('busy', { ...quick, error: new StorgoError('PROVIDER_BUSY', 'later') })
  }
  book.offended('liar', 'bytes-false')
  const order = ['liar', 'dead', 'good', 'busy'].sort((a, b) => expectedMs(book.get(a), 1) - expectedMs(book.get(b), 1))
  assert.deepEqual(order.slice(2), ['dead', 'liar'])
  assert.equal(book.get('busy')?.availability, 1)
})

test('no number of strangers drives a provider out of the book', () => {
  const book = new PeerBook(() => 0)
  book.reached('provider', { addresses: ['/ip4/1.2.3.4/tcp/1'] })
  for (let i = 0; i < 5_000; i++) book.served(`stranger ${i}`, quick)
  assert.equal(book.all().length, 4_096)
  assert.ok(book.get('provider'))
})
