import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { basename, join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { Random } from '../../node/src/fixtures/seeded-random.ts'
import { aFile } from '../integration/volumes/a-file.ts'
import { type ANetwork, aNetwork } from '../integration/volumes/a-network.ts'
import { AProvider, eventually } from '../integration/volumes/a-provider.ts'
import { type ATree, aTree } from './a-tree.ts'
import { differing } from './differing.ts'
import { putByCommand } from './put-by-command.ts'
import { rampage } from './rampage.ts'

const isFull = process.env['STORGO_TEST_FULL'] === '1'
/** `STORGO_TEST_SEED=… node --test test/faults/killed-processes.test.ts` runs one schedule again. */
const GIVEN_SEED = process.env['STORGO_TEST_SEED']
const SEEDS =
  GIVEN_SEED === undefined ? Array.from({ length: isFull ? 20 : 2 }, () => randomInt(2 ** 31)) : [Number(GIVEN_SEED)]
const FOLDERS = 5
const FILES_IN_FOLDER = 100
const BLOWS = 12
const PATIENCE_MS = 240_000
/** What a client may be told while providers die: all of it may be tried again. */
const PASSING = ['NOT_ENOUGH_SLOTS', 'PEN_HELD', 'PEN_TAKEN', 'STATE_UNFINISHED', 'PEER_UNREACHABLE', 'TIMED_OUT']

let network: ANetwork
const byOperator = new Map<string, AProvider>()

before(async () => {
  network = await aNetwork()
})
after(async () => {
  await Promise.all(Array.from(byOperator.values(), (provider) => provider.stop()))
  await network?.[Symbol.asyncDispose]()
})

/** A volume of its own, and the processes of its slots. */
async function aVolume(): Promise<{ volumeId: bigint; providers: AProvider[] }> {
  await using client = await network.client()
  const { volumeId } = await client.storgo.volumes.open({ sectors: 48, epochs: 1_000 })
  const providers = (await network.holdersOf(volumeId)).map((holder) => {
    const provider = byOperator.get(holder.operator) ?? new AProvider(holder)
    byOperator.set(holder.operator, provider)
    return provider
  })
  return { volumeId, providers }
}

type Uploading = { volumeId: bigint; onStart: (pid: number) => void }

/** Runs `storgo put` for a folder until it says that it is stored. @returns what it failed with on the way. */
async function upload({ folder }: ATree, { volumeId, onStart }: Uploading): Promise<string[]> {
  const failures: string[] = []
  for (const deadline = performance.now() + PATIENCE_MS; ; ) {
    const args = [folder, '--to', `${basename(folder)}`, '--volume', String(volumeId)]
    const outcome = await putByCommand(args, { cwd: network.cwd, onStart })
    if (outcome.kind === 'stored') return failures
    failures.push(outcome.kind === 'failed' ? outcome.code : 'killed')
    assert.ok(outcome.kind === 'killed' || PASSING.includes(outcome.code), JSON.stringify(outcome))
    assert.ok(performance.now() < deadline, `${folder} was not stored in time: ${failures.join(' ')}`)
  }
}

/** Every slot has the last state, so that any two may be lost. */
async function untilFull(volumeId: bigint): Promise<void> {
  await eventually('a write that reaches every slot', PATIENCE_MS, async () => {
    await using client = await network.client(volumeId)
    return (await client.volume.put([aFile('last', 10)]).catch(() => undefined))?.full === true
  })
}

async function survives(seed: number, t: TestContext): Promise<void> {
  const random = new Random(seed)
  const { volumeId, providers } = await aVolume()
  const expected = new Map<string, string>()
  const trees: ATree[] = []
  for (let i = 0; i < FOLDERS; i++) {
    const tree = await aTree(join(network.cwd, `seed-${seed}`, `folder-${i}`), FILES_IN_FOLDER, random)
    trees.push(tree)
    for (const { name, sha256 } of tree.files) expected.set(`folder-${i}/${name}`, sha256)
  }
  let client: number | undefined
  const ending = new AbortController()
  const killClient = () => {
    try {
      if (client !== undefined) process.kill(client, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  const raging = rampage({ random, providers, killClient, blows: BLOWS, signal: ending.signal })
  const failures: string[] = []
  const onStart = (pid: number) => {
    client = pid
  }
  const startedMs = performance.now()
  try {
    for (const tree of trees) failures.push(...(await upload(tree, { volumeId, onStart })))
  } finally {
    ending.abort()
    t.diagnostic((await raging).join(', '))
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
  t.diagnostic(`${expected.size} files in ${seconds} s; puts that came to nothing: ${failures.join(' ') || 'none'}`)

  await untilFull(volumeId)
  const lost = [random.below(6), random.below(6)].map((slot) => providers[slot])
  for (const provider of lost) provider?.signal('SIGSTOP')
  try {
    await using reader = await network.client(volumeId)
    assert.deepEqual(await differing(reader.volume, expected), [])
  } finally {
    for (const provider of lost) provider?.signal('SIGCONT')
  }
}

for (const seed of SEEDS) {
  test(`seed ${seed}: 500 files arrive while providers and the client are killed, and any two slots may then be lost`, (t) =>
    survives(seed, t))
}
