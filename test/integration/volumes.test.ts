import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readEnvelopes, StorgoError } from '@storgo/protocol'
import { type FileSource, unlockMasterKey } from '@storgo/sdk'
import { aFile, aStream, sha256 } from './volumes/a-file.ts'
import { type AClient, type ANetwork, aNetwork } from './volumes/a-network.ts'
import { aSession } from './volumes/a-session.ts'

const MIB = 1 << 20
let network: ANetwork
let client: AClient

before(async () => {
  network = await aNetwork()
  client = await network.client()
})
after(async () => {
  await client?.[Symbol.asyncDispose]()
  await network?.[Symbol.asyncDispose]()
})

async function assertReads(files: readonly FileSource[], { volume }: AClient = client): Promise<void> {
  for (const { path, open } of files) assert.equal(await sha256(volume.get(path)), await sha256(open()), path)
}

const edges = [0, 1, MIB - 1, MIB, MIB + 1, 4 * MIB - 1, 4 * MIB + 1].map((bytes) => aFile(`edges/${bytes}`, bytes))
const names = ['ä/日本語/🙂.txt', `${'long/'.repeat(819)}x`].map((path) => aFile(path, 100))

test('files of every size around a chunk and a stripe, and with any name, come back byte for byte', async () => {
  const result = await client.volume.put([...edges, ...names])
  assert.deepEqual([result.files, result.full, result.receipts], [edges.length + 2, true, 6])
  await assertReads([...edges, ...names])
  await using other = await network.client()
  await assertReads([...edges, ...names], other)
  const longest = names[1]?.path ?? ''
  assert.equal(Buffer.byteLength(longest), 4096)
  assert.equal((await client.volume.stat(longest))?.size, 100)
})

test('storing the same files again stores nothing and makes no new state', async () => {
  const before = await client.volume.put([])
  const { nonce, storedBytes, dedupedBytes, full } = await client.volume.put([...edges, ...names])
  assert.deepEqual([nonce, storedBytes, full], [before.nonce, 0, true])
  assert.equal(
    dedupedBytes,
    [...edges, ...names].reduce((sum, { size = 0 }) => sum + size, 0),
  )
})

test('the same content at another path costs a manifest and a few catalog nodes', async () => {
  const { storedBytes } = await client.volume.put([aFile('copy', 4 * MIB + 1)])
  assert.ok(storedBytes > 0 && storedBytes < 64 * 1024, `${storedBytes} bytes were stored`)
  await assertReads([aFile('copy', 4 * MIB + 1)])
})

test('any part of a file can be read', async () => {
  const bytes = Buffer.concat(await Array.fromAsync(aStream(4 * MIB + 1, 4 * MIB + 1)))
  for (const [offset, length] of [
    [0, 1],
    [MIB - 1, 2],
    [MIB, MIB],
    [3 * MIB + 7, 5 * MIB],
    [4 * MIB + 1, 9],
    [5, 0],
  ] as const) {
    const part = await Array.fromAsync(client.volume.get(`edges/${4 * MIB + 1}`, { offset, length }))
    assert.ok(Buffer.concat(part).equals(bytes.subarray(offset, offset + length)), `${length} bytes from ${offset}`)
  }
})

test('two thousand small files are stored in one state, listed in pages and read', async () => {
  const files = Array.from({ length: 2_000 }, (_, i) =>
    aFile(`small/${String(i).padStart(4, '0')}`, (i * 37) % 5_000, { seed: i }),
  )
  const before = await client.volume.put([])
  const { nonce } = await client.volume.put(files)
  assert.equal(nonce, before.nonce + 1n)
  const paths: string[] = []
  for (let after: string | undefined, more = true; more; ) {
    const page = await client.volume.list({ prefix: 'small/', limit: 300, ...(after !== undefined && { after }) })
    paths.push(...page.map(({ path }) => path))
    after = page.at(-1)?.path
    more = page.length === 300
  }
  assert.deepEqual(
    paths,
    files.map(({ path }) => path),
  )
  await using other = await network.client()
  await assertReads(files, other)
})

test('300 MiB in one file take a state for every 64 MiB and come back byte for byte', async () => {
  const file = aFile('large', 300 * MIB)
  const before = await client.volume.put([])
  const { nonce, full } = await client.volume.put([file])
  assert.deepEqual([nonce, full], [before.nonce + 5n, true])
  await assertReads([file])
})

test('a file that is replaced or removed gives its chunks up, and the others stay', async () => {
  const before = await client.storgo.volumes.show(network.volumeId, { states: true })
  await client.volume.put([aFile('copy', 2_000, { seed: 99 })])
  await assertReads([aFile('copy', 2_000, { seed: 99 }), aFile(`edges/${4 * MIB + 1}`, 4 * MIB + 1)])
  const { files, plainBytes } = await client.volume.remove(['copy'])
  assert.deepEqual([files, plainBytes], [1, 2_000])
  assert.equal(await client.volume.stat('copy'), undefined)
  await assert.rejects(sha256(client.volume.get('copy')), { code: 'FILE_NOT_FOUND' })
  await assert.rejects(client.volume.remove(['edges/1', 'copy']), { code: 'FILE_NOT_FOUND' })
  assert.equal((await client.volume.stat('edges/1'))?.size, 1)
  const { contents } = await client.storgo.volumes.show(network.volumeId, { states: true })
  assert.equal(contents?.files, (before.contents?.files ?? 0) - 1)
})

test('a put that fails or is aborted in the middle leaves the files as they were', async () => {
  const { nonce } = await client.volume.put([])
  const broken: FileSource = {
    ...aFile('broken', 3 * MIB),
    async *open() {
      yield* aStream(3 * MIB, 1)
      throw new StorgoError('INTERNAL', 'the disk is gone')
    },
  }
  await assert.rejects(client.volume.put([aFile('first', 10), broken]), { message: 'the disk is gone' })
  const controller = new AbortController()
  const onProgress = ({ plainBytes }: { plainBytes: number }) => {
    if (plainBytes > 2 * MIB) controller.abort(new Error('enough'))
  }
  const aborted = client.volume.put([aFile('first', 20 * MIB)], { signal: controller.signal, onProgress })
  await assert.rejects(aborted, { message: 'enough' })
  assert.equal(await client.volume.stat('first'), undefined)
  assert.equal((await client.volume.put([])).nonce, nonce)
  await client.volume.put([aFile('after', 10)])
  await assertReads([aFile('after', 10), aFile('edges/1', 1)])
})

test('a path that is none is refused, and nothing changes', async () => {
  const { nonce } = await client.volume.put([])
  await assert.rejects(client.volume.put([aFile('fine', 1), aFile('../x', 1)]), { code: 'PATH_INVALID' })
  assert.equal(await client.volume.stat('fine'), undefined)
  assert.equal((await client.volume.put([])).nonce, nonce)
})

test('more than the volume has room for is refused, and what it held stays', async () => {
  const { volumeId } = await client.storgo.volumes.open({ k: 2, m: 1, sectors: 3, epochs: 100 })
  await using small = await network.client(volumeId)
  await small.volume.put([aFile('fits', 4 * MIB)])
  await assert.rejects(small.volume.put([aFile('does not', 2 * MIB)]), { code: 'VOLUME_FULL' })
  await assertReads([aFile('fits', 4 * MIB)], small)
  assert.equal(await small.volume.stat('does not'), undefined)
  const { full } = await small.volume.put([aFile('fits, too', 100_000)])
  assert.equal(full, true)
})

test('two devices that write in turn see each other', async () => {
  await using other = await network.client()
  await other.volume.put([aFile('theirs', 5_000)])
  await client.volume.put([aFile('ours', 5_001)])
  await assertReads([aFile('theirs', 5_000), aFile('ours', 5_001)], other)
  await assertReads([aFile('theirs', 5_000), aFile('ours', 5_001)])
})

test('the slots keep the sealed master key, and the wallet alone opens it', async () => {
  await using session = await aSession(network)
  const { certified } = await session.link(0).state({ timeoutMs: 5_000 })
  const [envelope] = readEnvelopes(certified?.headRecord ?? new Uint8Array())
  assert.ok(envelope)
  const { account, masterKey } = network.wallet
  assert.deepEqual(await unlockMasterKey(account, network.deployment.chainId, envelope), masterKey)
})
