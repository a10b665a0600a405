import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { concatBytes } from '@storgo/protocol'
import fc from 'fast-check'
import { connectionTo } from '../net/connection-to.ts'
import { aClient, addressOf, DOMAIN } from '../net/fixtures/peers.ts'
import { encodeFrameLength } from '../net/frame-decoder.ts'
import { askForAddress } from './ask-for-address.ts'
import { ANeighbour } from './fixtures/a-neighbour.ts'
import { decodeKadAnswer, encodeGetValue } from './kad-value.ts'

// Five real providers in a row, each of which was told of the one before.
const neighbours: ANeighbour[] = []
const within = () => AbortSignal.timeout(30_000)
const isProvider = async () => true

before(async () => {
  for (let i = 0; i < 5; i++) neighbours.push(await ANeighbour.start())
  for (const [i, { peer }] of neighbours.entries()) {
    const earlier = neighbours[i - 1]
    if (earlier) await connectionTo(peer, earlier.address)
  }
})
after(() => Promise.all(neighbours.map((neighbour) => neighbour[Symbol.asyncDispose]())))

test('a client finds where a provider says it is by one provider that it is connected to, and by those that this one names', async () => {
  const [first, , , , last] = neighbours
  if (!first || !last) throw new Error('five were started')
  await eventually(async () => (await last.discovery.publishAddress(last.peer, last.key)) > 0)
  await using client = await aClient()
  await connectionTo(client, first.address)
  const asked = { peer: client, domain: DOMAIN, operator: last.address.operator, isProvider }
  const found = new Set<string>()
  // On a busy machine those that are asked may not answer in time.
  await eventually(async () => {
    for (const place of (await askForAddress({ ...asked, signal: within() }))?.multiaddrs ?? []) found.add(`${place}`)
    return found.size > 0
  })
  assert.deepEqual([...found], last.address.multiaddrs.map(String))
  assert.ok(client.libp2p.getPeers().length > 1, 'it went on to others')
})

test('an operator that has published nothing is not found, nor is anybody by a client that knows nobody', async () => {
  const [first, second] = neighbours
  if (!first || !second) throw new Error('five were started')
  await using client = await aClient()
  const asked = { peer: client, domain: DOMAIN, operator: second.address.operator, isProvider, signal: within() }
  assert.equal(await askForAddress(asked), undefined)
  await connectionTo(client, first.address)
  assert.equal(await askForAddress(asked), undefined)
})

test('a client that is still connecting waits for the first provider to be there', async () => {
  const [first, , , , last] = neighbours
  if (!first || !last) throw new Error('five were started')
  await using client = await aClient()
  void connectionTo(client, addressOf(first.peer))
  const asked = { peer: client, domain: DOMAIN, operator: last.address.operator, isProvider, signal: within() }
  assert.equal((await askForAddress(asked))?.operator, last.address.operator)
})

test('whatever bytes a peer answers are read or refused, and never more than twenty peers', () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  // Fields as a message has them, with anything inside.
  const field = fc.tuple(fc.constantFrom(0x1a, 0x42, 0x08, 0x0a, 0x12, 0x4a), bytes)
  const message = fc.array(field, { maxLength: 40 }).map((fields) => {
    return concatBytes(
      ...fields.flatMap(([tag, content]) => [Uint8Array.of(tag), encodeFrameLength(content.length), content]),
    )
  })
  fc.assert(
    fc.property(fc.oneof(bytes, message), (answer) => {
      try {
        assert.ok(decodeKadAnswer(answer).closer.length <= 20)
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'REQUEST_INVALID')
      }
    }),
    { numRuns: 2_000 },
  )
  assert.deepEqual(encodeGetValue(Uint8Array.of(7)), Uint8Array.of(5, 0x08, 1, 0x12, 1, 7))
})

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 60_000; Date.now() < deadlineMs; await delay(200)) if (await isSo()) return
  assert.fail('not within 60 s')
}
