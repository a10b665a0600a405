import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { connectionTo } from '../net/connection-to.ts'
import { ANeighbour } from './fixtures/a-neighbour.ts'

// Four real providers in a row, each of which was told of the one before.
const neighbours: ANeighbour[] = []
const manifest = async (text: string) => CID.createV1(raw.code, await sha256.digest(new TextEncoder().encode(text)))

before(async () => {
  for (let i = 0; i < 4; i++) {
    const next = await ANeighbour.start()
    const last = neighbours.at(-1)
    if (last) await connectionTo(next.peer, last.address)
    neighbours.push(next)
  }
})
after(() => Promise.all(neighbours.map((neighbour) => neighbour[Symbol.asyncDispose]())))

test('whoever looks for a manifest finds those that announced it, each once, and nobody for another', async () => {
  const [first, second, , last] = neighbours
  if (!first || !second || !last) throw new Error('four were started')
  const cid = await manifest('announced')
  for (const announcer of [first, second]) {
    await eventually(async () => (await announcer.discovery.announce(cid)) > 0)
  }
  const found = await announcersOf(cid, last)
  assert.deepEqual(new Set(found), new Set([first, second].map(({ peer }) => peer.libp2p.peerId.toString())))
  assert.equal(found.length, 2)
  assert.deepEqual(await announcersOf(await manifest('never announced'), last), [])
  const { lookups } = await last.discovery.report(last.peer.libp2p.peerId)
  assert.deepEqual([lookups.announcement?.total, lookups.announcement?.failed], [2, 1])
})

test('an announcement outlives its announcer: others still tell who it was', async () => {
  const gone = await ANeighbour.start()
  const [first, , , last] = neighbours
  if (!first || !last) throw new Error('four were started')
  await connectionTo(gone.peer, first.address)
  const cid = await manifest('of one that has gone')
  await eventually(async () => (await gone.discovery.announce(cid)) > 0)
  await gone[Symbol.asyncDispose]()
  assert.deepEqual(await announcersOf(cid, last), [gone.peer.libp2p.peerId.toString()])
})

async function announcersOf(cid: CID, by: ANeighbour): Promise<string[]> {
  const found = await Array.fromAsync(by.discovery.findAnnouncers(cid))
  return found.map(String)
}

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 60_000; Date.now() < deadlineMs; await delay(200)) if (await isSo()) return
  assert.fail('not within 60 s')
}
