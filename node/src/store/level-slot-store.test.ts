import assert from 'node:assert/strict'
import { chmod, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { aHeldState } from './fixtures/a-held-state.ts'
import { aSector } from './fixtures/a-sector.ts'
import { openSlotStore } from './open-slot-store.ts'
import { describeSlotStore } from './slot-store.conformance.ts'

const aFolder = () => mkdtemp(join(tmpdir(), 'storgo-store-'))
const ref = { volumeId: 7n, slot: 2 }

describeSlotStore('LevelSlotStore', async ({ capacity }) => {
  const dataDir = await aFolder()
  return {
    reopen: () => openSlotStore({ dataDir, capacity, binding: 'test' }),
    remove: () => rm(dataDir, { recursive: true }),
  }
})

async function aStoreWithOneSector(): Promise<string> {
  const dataDir = await aFolder()
  await using store = await openSlotStore({ dataDir, capacity: 4, binding: 'test' })
  await store.commit(ref, {
    next: aHeldState({ nonce: 1, sectors: 1 }),
    staged: new Map([[0, await store.stage(aSector(1))]]),
  })
  return dataDir
}

test('a flipped bit on disk is SECTOR_CORRUPT', async () => {
  const dataDir = await aStoreWithOneSector()
  {
    await using file = await open(join(dataDir, 'cells/00000.cells'), 'r+')
    await file.write(Uint8Array.of((await file.read(new Uint8Array(1), 0, 1, 777)).buffer[0]! ^ 1), 0, 1, 777)
  }
  await using store = await openSlotStore({ dataDir, capacity: 4, binding: 'test' })
  using view = store.view(ref)
  await assert.rejects(view.readSector('latest', 0), { code: 'SECTOR_CORRUPT' })
  await assert.rejects(view.readSector('latest', 0, { cached: true }), { code: 'SECTOR_CORRUPT' })
  await rm(dataDir, { recursive: true })
})

test('what memory still has does not hide a bit flipped on disk from those who ask for the disk', async () => {
  const dataDir = await aStoreWithOneSector()
  await using store = await openSlotStore({ dataDir, capacity: 4, binding: 'test' })
  using view = store.view(ref)
  assert.deepEqual(await view.readSector('latest', 0, { cached: true }), aSector(1))
  {
    await using file = await open(join(dataDir, 'cells/00000.cells'), 'r+')
    await file.write(new Uint8Array(16), 0, 16, 777)
  }
  await assert.rejects(view.readSector('latest', 0), { code: 'SECTOR_CORRUPT' })
  await rm(dataDir, { recursive: true })
})

test('no plain byte of a sector is on disk, and equal units of a sector look different there', async () => {
  const dataDir = await aFolder()
  {
    await using store = await openSlotStore({ dataDir, capacity: 4, binding: 'test' })
    await store.stage(new Uint8Array(1 << 20).fill(0x41))
  }
  const disk = await readFile(join(dataDir, 'cells/00000.cells'))
  assert.equal(disk.includes('AAAAAAAA'), false)
  assert.notDeepEqual(disk.subarray(0, 65_536), disk.subarray(65_536, 131_072))
  await rm(dataDir, { recursive: true })
})

test('a second store on the same data is refused as ALREADY_RUNNING', async () => {
  const dataDir = await aFolder()
  {
    await using _first = await openSlotStore({ dataDir, capacity: 4, binding: 'test' })
    await assert.rejects(openSlotStore({ dataDir, capacity: 4, binding: 'test' }), { code: 'ALREADY_RUNNING' })
  }
  await rm(dataDir, { recursive: true })
})

test('a store of another chain is refused as WRONG_CHAIN', async () => {
  const dataDir = await aStoreWithOneSector()
  await assert.rejects(openSlotStore({ dataDir, capacity: 4, binding: 'other' }), { code: 'WRONG_CHAIN' })
  await rm(dataDir, { recursive: true })
})

test('a store key that others may read, is gone or is another one is refused by name', async () => {
  const dataDir = await aStoreWithOneSector()
  const keyFile = join(dataDir, 'store.key')
  const key = await readFile(keyFile)
  const reopen = () => openSlotStore({ dataDir, capacity: 4, binding: 'test' })
  await chmod(keyFile, 0o640)
  await assert.rejects(reopen(), { code: 'KEY_FILE_EXPOSED' })
  await rm(keyFile)
  await assert.rejects(reopen(), { code: 'KEY_FILE_MISSING' })
  await writeFile(keyFile, key.subarray(1), { mode: 0o600 })
  await assert.rejects(reopen(), { code: 'KEY_FILE_INVALID' })
  await writeFile(keyFile, key.toReversed())
  await assert.rejects(reopen(), { code: 'KEY_FILE_INVALID' })
  await writeFile(keyFile, key)
  await (await reopen())[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true })
})
