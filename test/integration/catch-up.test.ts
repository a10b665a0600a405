import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { StorgoError } from '@storgo/protocol'
import { type FileSource, hasProven, readEpoch } from '@storgo/sdk'
import { getAddress } from 'viem'
import { damageCells } from '../../node/src/watch/fixtures/damage-cells.ts'
import { aFile, sha256 } from './volumes/a-file.ts'
import { aLiar } from './volumes/a-liar.ts'
import { type ANetwork, aNetwork } from './volumes/a-network.ts'
import { AProvider, eventually } from './volumes/a-provider.ts'
import { aSession } from './volumes/a-session.ts'

const MIB = 1 << 20
const EPOCH_MS = 120_000
let network: ANetwork
/** By slot. */
let providers: AProvider[]
const files: FileSource[] = []

before(async () => {
  network = await aNetwork()
  providers = network.holders.map((holder) => new AProvider(holder))
  await put(aFile('first', 9 * MIB + 77))
})
after(async () => {
  await Promise.all((providers ?? []).map((provider) => provider.stop()))
  await network?.[Symbol.asyncDispose]()
})

function provider(slot: number): AProvider {
  const found = providers[slot]
  if (!found) throw new Error(`the volume has no slot ${slot}`)
  return found
}

/** Stores files in a state each, by a client that is gone afterwards. @returns the last state's nonce. */
async function put(...sources: FileSource[]): Promise<bigint> {
  await using client = await network.client()
  let nonce = 0n
  for (const source of sources) {
    ;({ nonce } = await client.volume.put([source], { waitForFullMs: 2_000 }))
    files.push(source)
  }
  return nonce
}

/** Reads everything with only k slots left, by a client that knows nothing. */
async function assertReadableWithout(slots: readonly number[]): Promise<void> {
  for (const slot of slots) provider(slot).signal('SIGSTOP')
  try {
    await using client = await network.client()
    for (const { path, open } of files) assert.equal(await sha256(client.volume.get(path)), await sha256(open()), path)
  } finally {
    for (const slot of slots) provider(slot).signal('SIGCONT')
  }
}

test('a provider that was stopped during writes catches up without the owner, and counts for reads again', async () => {
  await provider(1).stop()
  const nonce = await put(aFile('missed/1', 5 * MIB + 1), aFile('missed/2', 2_000), aFile('missed/3', 3 * MIB))
  await provider(1).start()
  await provider(1).certified(network.volumeId, nonce)
  await assertReadableWithout([0, 4])
})

test('so does a frozen one', async () => {
  provider(5).signal('SIGSTOP')
  const nonce = await put(aFile('frozen/1', 4 * MIB), aFile('frozen/2', 100)).finally(() =>
    provider(5).signal('SIGCONT'),
  )
  await provider(5).certified(network.volumeId, nonce)
  await assertReadableWithout([1, 2])
})

test('a provider whose cells are damaged on disk finds it out and heals', async () => {
  await provider(2).stop()
  await damageCells(provider(2).dataDir)
  await provider(2).start()
  await provider(2).counted('storgo_healed_sectors_total', 5)
  await assertReadableWithout([0, 3])
})

test('a provider that lost its whole data folder rebuilds all of it from the others and proves again', async () => {
  const nonce = await put(aFile('before the loss', 10))
  await provider(3).stop()
  await rm(provider(3).dataDir, { recursive: true })
  await provider(3).start()
  await provider(3).certified(network.volumeId, nonce)
  await assertReadableWithout([0, 5])
  await using client = await network.client()
  const { chain } = client.storgo
  const { epoch } = await readEpoch(chain)
  const proven = (of: number) =>
    hasProven(chain, { provider: getAddress(provider(3).operator), epoch: of as typeof epoch })
  await eventually('a proof in one of the next epochs', EPOCH_MS, async () => {
    const now = (await readEpoch(chain)).epoch
    return now > epoch && (await proven(now))
  })
})

test('a slot that holds a state which was undone drops it for the one that was certified instead', async () => {
  await using session = await aSession(network, ({ slot }) =>
    slot === 4 ? {} : { commit: () => Promise.reject(new StorgoError('PEER_UNREACHABLE', 'the writer is dead')) },
  )
  await assert.rejects(session.volume.put([aFile('dead', 2 * MIB)]))
  await provider(4).stop()
  const nonce = await put(aFile('alive', 2 * MIB + 1))
  await provider(4).start()
  await provider(4).certified(network.volumeId, nonce)
  await using client = await network.client()
  assert.equal(await client.volume.stat('dead'), undefined)
  await assertReadableWithout([1, 3])
})

test('a co-slot that answers with altered bytes keeps nobody from catching up, and nothing false is taken over', async () => {
  await provider(0).stop()
  const nonce = await put(aFile('while one lies', 3 * MIB + 5))
  await using session = await aSession(network)
  const options = { timeoutMs: 20_000 }
  const state = await session.link(2).state(options)
  const sync = await session.link(2).sync({ since: 0n, uncertified: false, after: 0 }, options)
  await provider(2).stop()
  {
    await using _ = await aLiar(network, { slot: 2, state, sync: { ...sync, changed: [] } })
    await provider(0).start()
    await provider(0).certified(network.volumeId, nonce)
  }
  await provider(2).start()
  await assertReadableWithout([3, 4])
})
