import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { measureSmallFiles } from '../../bench/durable.ts'
import { aFile, sha256 } from './volumes/a-file.ts'
import { type ANetwork, aNetwork } from './volumes/a-network.ts'
import { peakMemory } from './volumes/peak-memory.ts'
import { runClient } from './volumes/run-client.ts'

const MIB = 1 << 20
const isFull = process.env['STORGO_TEST_FULL'] === '1'
const SMALL_FILES = isFull ? 100_000 : 3_000
const LARGE_MIB = isFull ? [1_024, 4_096] : [256]
/** Most memory of a client and of a provider, as the operating system counts it. */
const MOST_RSS_BYTES = 300 * MIB
const MOST_PROVIDER_RSS_BYTES = 400 * MIB
let network: ANetwork

before(async () => {
  network = await aNetwork()
})
after(() => network?.[Symbol.asyncDispose]())

async function aVolume(sectors: number): Promise<bigint> {
  await using client = await network.client()
  return (await client.storgo.volumes.open({ sectors, epochs: 100 })).volumeId
}

test('a put that was killed goes on in another process where its last checkpoint was', async () => {
  const volumeId = await aVolume(160)
  const put = { path: 'large', bytes: 300 * MIB }
  const killed = await runClient(network, { volumeId, put }, ({ plainBytes }, kill) => {
    if (plainBytes >= 210 * MIB) kill()
  })
  assert.equal(killed, undefined)
  const again = await runClient(network, { volumeId, put })
  assert.ok(again)
  // Three checkpoints of 64 MiB were made before; a fourth may have been on its way.
  assert.ok(again.dedupedBytes >= 190 * MIB, `${again.dedupedBytes} bytes were there`)
  assert.ok(again.storedBytes <= 115 * MIB, `${again.storedBytes} bytes were sent again`)
  await using client = await network.client(volumeId)
  assert.equal(await sha256(client.volume.get('large')), await sha256(aFile('large', put.bytes).open()))
})

for (const mib of LARGE_MIB) {
  test(`${mib} MiB are stored and read by clients of at most 300 MiB and providers of at most 400 MiB`, async (t) => {
    const volumeId = await aVolume(mib / 4 + 16)
    const path = 'large'
    const put = await runClient(network, { volumeId, put: { path, bytes: mib * MIB } })
    const get = await runClient(network, { volumeId, get: { path } })
    assert.ok(put && get)
    assert.equal(get.sha256, await sha256(aFile(path, mib * MIB).open()))
    const holders = await network.holdersOf(volumeId)
    const providers = await Promise.all(holders.map(({ child }) => peakMemory(child.pid)))
    const inMib = (bytes: number) => Math.round(bytes / MIB)
    t.diagnostic(`put ${inMib(put.maxRssBytes)}, get ${inMib(get.maxRssBytes)}, providers ${providers.map(inMib)} MiB`)
    for (const { maxRssBytes } of [put, get]) assert.ok(maxRssBytes <= MOST_RSS_BYTES, `${maxRssBytes} bytes`)
    for (const bytes of providers) assert.ok(bytes <= MOST_PROVIDER_RSS_BYTES, `${bytes} bytes`)
  })
}

test(`a volume of ${SMALL_FILES} files is listed page by page in under 2 s`, async (t) => {
  const { filesPerSecond, listSeconds } = await measureSmallFiles(network, SMALL_FILES)
  t.diagnostic(`${filesPerSecond} files stored a second; listed in ${listSeconds.toFixed(2)} s`)
  assert.ok(listSeconds < 2, `${listSeconds} s`)
})
