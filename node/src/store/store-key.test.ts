import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SECTOR_BYTES } from '@storgo/protocol'
import { pino } from 'pino'
import { Random } from '../fixtures/seeded-random.ts'
import { SimulatedDisk } from '../fixtures/simulated-disk.ts'
import { createLogger } from '../telemetry/logger.ts'
import { aCommit, aHeldState } from './fixtures/a-held-state.ts'
import { aSector } from './fixtures/a-sector.ts'
import { commitSectors, openSimulated, ref } from './fixtures/a-simulated-store.ts'
import { openSlotStore } from './open-slot-store.ts'
import { renewIfDue, renewStoreKey } from './renew-store-key.ts'
import { contentWith } from './slot-store.reference.ts'
import type { SlotStore } from './slot-store.ts'

const aFolder = () => mkdtemp(join(tmpdir(), 'storgo-store-'))
const signal = new AbortController().signal
const rotation = { signal, bytesPerSecond: Number.POSITIVE_INFINITY }
const opened = (dataDir: string, binding = 'test') =>
  openSlotStore({ dataDir, capacity: 8, binding, retentionEpochs: () => 4 })

/** Patches of plain text onto the slot's first sector. */
async function commitText(store: SlotStore, nonce: number, text: string): Promise<Uint8Array> {
  using view = store.view(ref)
  const patches = [{ offset: nonce * 1000, bytes: new Uint8Array(Buffer.from(text.repeat(20))) }]
  const content = contentWith(await view.readSector('latest', 0), patches)
  const staged = new Map([[0, { kind: 'patch', patches, root: content.root } as const]])
  const next = aHeldState({ nonce, sectors: 1 })
  await store.commit(ref, aCommit({ next, staged, ...(nonce > 1 && { certifies: [] }) }))
  return content.bytes
}

test('no plain byte of a sector or a patch is on disk, and equal units of a sector look different there', async () => {
  const dataDir = await aFolder()
  {
    await using store = await opened(dataDir)
    await store.stage(new Uint8Array(SECTOR_BYTES).fill(0x41))
    await commitText(store, 1, 'a secret of somebody')
  }
  for (const file of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const bytes = await readFile(join(file.parentPath, file.name))
    assert.equal(bytes.includes('AAAAAAAA') || bytes.includes('secret'), false, file.name)
  }
  const cells = await readFile(join(dataDir, 'cells/00000.cells'))
  assert.notDeepEqual(cells.subarray(0, 65_536), cells.subarray(65_536, 131_072))
  await rm(dataDir, { recursive: true })
})

test('a second store on the same data is ALREADY_RUNNING, one of another chain WRONG_CHAIN', async () => {
  const dataDir = await aFolder()
  {
    await using _first = await opened(dataDir)
    await assert.rejects(opened(dataDir), { code: 'ALREADY_RUNNING' })
  }
  await assert.rejects(opened(dataDir, 'other'), { code: 'WRONG_CHAIN' })
  await rm(dataDir, { recursive: true })
})

test('a store key that others may read, is gone or is another one is refused by name', async () => {
  const dataDir = await aFolder()
  await (await opened(dataDir))[Symbol.asyncDispose]()
  const keyFile = join(dataDir, 'store.key')
  const key = await readFile(keyFile)
  await chmod(keyFile, 0o640)
  await assert.rejects(opened(dataDir), { code: 'KEY_FILE_EXPOSED' })
  await rm(keyFile)
  await assert.rejects(opened(dataDir), { code: 'KEY_FILE_MISSING' })
  await writeFile(keyFile, key.subarray(1), { mode: 0o600 })
  await assert.rejects(opened(dataDir), { code: 'KEY_FILE_INVALID' })
  await writeFile(keyFile, key.with(20, key[20]! ^ 1))
  await assert.rejects(opened(dataDir), { code: 'KEY_FILE_INVALID' })
  await writeFile(keyFile, key)
  await (await opened(dataDir))[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true })
})

test('after a rotation everything reads with the new key alone, what was committed meanwhile too', async () => {
  const disk = new SimulatedDisk()
  const store = await openSimulated(disk)
  const before = keyFileOf(disk)
  await commitSectors(store, [1, 2], { volumeId: 8n, slot: 0 })
  await commitText(store, 1, 'first')
  const text = await commitText(store, 2, 'second')
  const rotated = store.rotateKey(rotation)
  await commitSectors(store, [3, 4], { volumeId: 9n, slot: 0 })
  await rotated
  const after = keyFileOf(disk)
  assert.equal(after.length, before.length)
  assert.equal(Buffer.from(after).includes(Buffer.from(before.subarray(1))), false)
  await store[Symbol.asyncDispose]()
  const again = await openSimulated(disk)
  using views = new DisposableStack()
  const view = (volumeId: bigint) => views.use(again.view({ volumeId, slot: 0 }))
  assert.deepEqual(await view(8n).readSector('latest', 1), aSector(2))
  assert.deepEqual(await view(9n).readSector('latest', 0), aSector(3))
  assert.deepEqual(await views.use(again.view(ref)).readSector('latest', 0), text)
  assert.equal(await corruptSectors(again), 0)
})

test('a rotation that is cut off at any point leaves everything readable, and can be taken up', async () => {
  const disk = new SimulatedDisk()
  const store = await openSimulated(disk)
  await commitSectors(store, [1, 2])
  await commitText(store, 2, 'on top')
  const cuts: SimulatedDisk[] = []
  const random = new Random(1)
  disk.after = () => cuts.push(disk.crashed(random))
  await store.rotateKey(rotation)
  assert.ok(cuts.length > 10)
  for (const cut of cuts) {
    const left = await openSimulated(cut)
    assert.equal(await corruptSectors(left), 0)
    await left.rotateKey(rotation)
    assert.equal(await corruptSectors(left), 0)
    assert.equal(keyFileOf(cut).length, keyFileOf(disk).length)
    await left[Symbol.asyncDispose]()
  }
})

test('a key is renewed when it is old, or when a rotation was left half done, and not otherwise', async () => {
  const dataDir = await aFolder()
  const store = await opened(dataDir)
  await commitSectors(store, [1])
  const keyFile = join(dataDir, 'store.key')
  const options = { store, dataDir, logger: createLogger({ level: 'silent', format: 'json' }) } as const
  const keyAfter = async (keyDays: number, days: number) => {
    await renewIfDue({ ...options, keyDays, nowMs: () => Date.now() + days * 86_400_000 }, signal)
    return readFile(keyFile)
  }
  const first = await readFile(keyFile)
  assert.deepEqual(await keyAfter(0, 1000), first)
  assert.deepEqual(await keyAfter(30, 29), first)
  const second = await keyAfter(30, 31)
  assert.notDeepEqual(second, first)
  const cancelled = store.rotateKey({ signal: AbortSignal.abort(), bytesPerSecond: 1 })
  await assert.rejects(cancelled, { name: 'AbortError' })
  assert.equal((await readFile(keyFile)).length, 2 * second.length)
  assert.equal((await keyAfter(0, 0)).length, second.length)
  assert.equal(await corruptSectors(store), 0)
  await store[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true })
})

function keyFileOf(disk: SimulatedDisk): Uint8Array {
  const file = disk.file('store.key')
  const bytes = new Uint8Array(file.size)
  file.read(bytes, 0)
  return bytes
}

async function corruptSectors(store: SlotStore): Promise<number> {
  let count = 0
  await store.scrub({ signal, bytesPerSecond: Number.POSITIVE_INFINITY, onCorrupt: () => count++ })
  return count
}

test('a key whose age is to be less is renewed without waiting for the next look', async () => {
  const dataDir = await aFolder()
  const store = await opened(dataDir)
  const { promise: renewed, resolve } = Promise.withResolvers<void>()
  const write = (line: string) => void (line.includes("the store's key is new") && resolve())
  const logger = pino({}, { write })
  const options = { keyDays: 0, store, dataDir, logger, nowMs: () => Date.now() + 86_400_000 * 2 }
  await using renewal = renewStoreKey(options)
  options.keyDays = 1
  renewal.lookNow()
  await renewed
})
