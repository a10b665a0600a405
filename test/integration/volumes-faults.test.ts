import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { isStorgoError, StorgoError } from '@storgo/protocol'
import { aFile, sha256 } from './volumes/a-file.ts'
import { aLiar } from './volumes/a-liar.ts'
import { type AClient, type ANetwork, aNetwork } from './volumes/a-network.ts'
import { aSession } from './volumes/a-session.ts'

const MIB = 1 << 20
const stored = aFile('stored', 24 * MIB + 77)
let network: ANetwork

before(async () => {
  network = await aNetwork()
  await using client = await network.client()
  const { full } = await client.volume.put([stored])
  assert.equal(full, true)
})
after(() => network?.[Symbol.asyncDispose]())

const aDeath = () => new StorgoError('PEER_UNREACHABLE', 'the writer is dead')

async function timed(work: () => Promise<unknown>): Promise<{ ms: number; error: unknown }> {
  const startedMs = performance.now()
  const error = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { ms: performance.now() - startedMs, error }
}

const reads =
  ({ volume }: AClient) =>
  async () =>
    assert.equal(await sha256(volume.get('stored')), await sha256(stored.open()))
const named = ({ warnings }: AClient) => [
  ...new Set(warnings.map(({ slot, provider, code }) => `${slot} ${provider} ${code}`)),
]

function assertNames(client: AClient, slots: readonly number[], code: string): void {
  for (const slot of slots) {
    const line = `${slot} ${network.holders[slot]?.operator} ${code}`
    assert.ok(named(client).includes(line), `${line} is not among ${named(client).join(', ')}`)
  }
}

test('two frozen providers cost a read less than its deadlines, and the log names them', async () => {
  const frozen = [0, 2]
  await using early = await network.client()
  await reads(early)()
  for (const slot of frozen) network.holders[slot]?.child.signal('SIGSTOP')
  try {
    await using fresh = await network.client()
    for (const client of [early, fresh]) {
      const { ms, error } = await timed(reads(client))
      assert.equal(error, undefined)
      assert.ok(ms < 15_000, `it took ${Math.round(ms)} ms`)
      assertNames(client, frozen, 'TIMED_OUT')
    }
    network.holders[3]?.child.signal('SIGSTOP')
    await using third = await network.client()
    for (const client of [early, third]) {
      const { ms, error } = await timed(reads(client))
      assert.ok(isStorgoError(error, 'NOT_ENOUGH_SLOTS'), String(error))
      assert.ok(ms < 5_000, `it took ${Math.round(ms)} ms`)
    }
  } finally {
    for (const slot of [...frozen, 3]) network.holders[slot]?.child.signal('SIGCONT')
  }
})

test('a writer that dies before it hands out the certificate has written: the next one finds it', async () => {
  await using session = await aSession(network, () => ({ certify: () => Promise.reject(aDeath()) }))
  const { nonce } = await session.volume.put([aFile('uncertified', 5_000)])
  await using client = await network.client()
  assert.equal(await sha256(client.volume.get('uncertified')), await sha256(aFile('', 5_000).open()))
  const next = await client.volume.put([aFile('next', 10)])
  assert.equal(next.nonce, nonce + 1n)
})

test('a writer that dies when too few slots have its state has not written, and is not in the way', async () => {
  await using before = await network.client()
  const { nonce } = await before.volume.put([])
  await using session = await aSession(network, ({ slot }) =>
    slot < 2 ? {} : { commit: () => Promise.reject(aDeath()) },
  )
  const { error } = await timed(() => session.volume.put([aFile('lost', 9_000)]))
  assert.ok(isStorgoError(error, 'NOT_ENOUGH_SLOTS'), String(error))
  await using client = await network.client()
  assert.equal(await client.volume.stat('lost'), undefined)
  const next = await client.volume.put([aFile('instead', 9_001)])
  assert.equal(next.nonce, nonce + 1n)
  assert.ok(next.receipts >= 5)
  assert.equal(await sha256(client.volume.get('instead')), await sha256(aFile('', 9_001).open()))
})

test('a state that may have reached a quorum with a silent slot is completed by the next writer', async () => {
  // The writer dies once slots 0 to 3 have its state: any sooner, and its end would take their commits along.
  const held = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
  let dead = false
  await using session = await aSession(network, (link) => {
    const [commit, pen] = [link.commit.bind(link), link.pen.bind(link)]
    const reached = held[link.slot]
    return {
      // It does not come back to life to try once more.
      pen: async (request, options) => (dead ? Promise.reject(aDeath()) : pen(request, options)),
      commit: async (request, options) => {
        if (reached) return commit(request, options).finally(reached.resolve)
        await Promise.all(held.map(({ promise }) => promise))
        dead = true
        throw aDeath()
      },
    }
  })
  const unclear = aFile('unclear', 300_000)
  await timed(() => session.volume.put([unclear]))
  network.holders[5]?.child.signal('SIGSTOP')
  try {
    await using client = await network.client()
    const { receipts } = await client.volume.put([aFile('after it', 10)], { waitForFullMs: 100 })
    assert.equal(receipts, 5)
    assert.equal(await sha256(client.volume.get('unclear')), await sha256(unclear.open()))
    await reads(client)()
  } finally {
    network.holders[5]?.child.signal('SIGCONT')
  }
})

test('a frozen provider holds up a write only for a while, and then it is not full', async () => {
  await using owner = await network.client()
  const order = { sectors: 4, epochs: 100 }
  const { total } = await owner.storgo.volumes.quote(order)
  const opened = await owner.storgo.volumes.open(order)
  assert.equal(opened.total, total)
  assert.equal(new Set(opened.providers).size, 6)
  const holders = await network.holdersOf(opened.volumeId)
  holders[5]?.child.signal('SIGSTOP')
  try {
    await using client = await network.client(opened.volumeId)
    const { full, receipts } = await client.volume.put([aFile('without one', 3 * MIB)], { waitForFullMs: 100 })
    assert.deepEqual([full, receipts], [false, 5])
    holders[4]?.child.signal('SIGSTOP')
    const { ms, error } = await timed(() => client.volume.put([aFile('without two', 10)]))
    assert.ok(isStorgoError(error, 'NOT_ENOUGH_SLOTS'), String(error))
    assert.ok(ms < 40_000, `it took ${Math.round(ms)} ms`)
    // The four that live have its state: as far as anybody can tell the two others may have it too.
    assert.equal(await sha256(client.volume.get('without one')), await sha256(aFile('', 3 * MIB).open()))
  } finally {
    for (const slot of [4, 5]) holders[slot]?.child.signal('SIGCONT')
  }
  // What it has missed the slot rebuilds by itself, also without a writer.
  await using client = await network.client(opened.volumeId)
  const noncesOf = async () => {
    const { slots } = await client.storgo.volumes.show(opened.volumeId, { states: true })
    return slots.map(({ state }) => (state && 'nonce' in state ? state.nonce : undefined))
  }
  while (!(await noncesOf()).every((nonce) => nonce !== undefined && nonce >= 1n)) await new Promise(setImmediate)
  assert.equal((await client.volume.put([aFile('with all', 10)])).full, true)
})

test('a provider that freezes in the middle of a large write is left behind, and the write goes on', async () => {
  await using owner = await network.client()
  const { volumeId } = await owner.storgo.volumes.open({ sectors: 32, epochs: 100 })
  const frozen = (await network.holdersOf(volumeId))[2]
  await using client = await network.client(volumeId)
  const large = aFile('large', 80 * MIB)
  const onProgress = ({ plainBytes }: { plainBytes: number }) => {
    if (plainBytes === 20 * MIB) frozen?.child.signal('SIGSTOP')
  }
  try {
    const { full, receipts } = await client.volume.put([large], { onProgress })
    assert.deepEqual([full, receipts], [false, 5])
    assert.deepEqual(named(client), [`2 ${frozen?.operator} TIMED_OUT`])
    assert.equal(await sha256(client.volume.get('large')), await sha256(large.open()))
  } finally {
    frozen?.child.signal('SIGCONT')
  }
})

test('two providers that answer with altered bytes are read round, and the log names them', async () => {
  await using resources = new AsyncDisposableStack()
  const states = resources.use(await aSession(network))
  for (const slot of [1, 3]) {
    const state = await states.link(slot).state({ timeoutMs: 5_000 })
    await network.holders[slot]?.child.stop()
    resources.use(await aLiar(network, { slot, state }))
  }
  const client = resources.use(await network.client())
  const { ms, error } = await timed(reads(client))
  assert.equal(error, undefined)
  assert.ok(ms < 15_000, `it took ${Math.round(ms)} ms`)
  assertNames(client, [1, 3], 'PROOF_INVALID')
})

test('with two providers gone reads go on and writes are refused; with three gone both are, soon', async () => {
  // Slots 1 and 3 were stopped above.
  await using two = await network.client()
  await reads(two)()
  assertNames(two, [1, 3], 'PEER_UNREACHABLE')
  await network.holders[4]?.child.stop()
  await using three = await network.client()
  for (const work of [reads(three), () => three.volume.put([aFile('x', 1)])]) {
    const { ms, error } = await timed(work)
    assert.ok(isStorgoError(error, 'NOT_ENOUGH_SLOTS'), String(error))
    assert.ok(ms < 5_000, `it took ${Math.round(ms)} ms`)
  }
})
