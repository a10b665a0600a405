import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { SECTOR_BYTES, sectorRoot } from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot, aName } from './fixtures/a-slot.ts'
import { NOW_MS } from './fixtures/a-volume.ts'
import { replace, xored } from './fixtures/a-written-slot.ts'

const xor = (sector: number, offset: number, bytes: Uint8Array) => ({ sector, offset, mode: 'xor', bytes }) as const
const fresh = (sector: number, offset: number, bytes: Uint8Array) => ({ sector, offset, mode: 'fresh', bytes }) as const
const random = (length: number) => new Uint8Array(randomBytes(length))

/** What the slot holds once `upload` is committed as state 1 with these sectors. */
async function committed(slot: ASlot, upload: Uint8Array, sectors: readonly Uint8Array[]): Promise<Uint8Array[]> {
  await slot.commit(slot.volume.state({ nonce: 1n }, sectors.map(sectorRoot)), { upload })
  const reads = sectors.map((_, sector) => slot.read({ nonce: 1n, sector, offset: 0, length: SECTOR_BYTES }))
  return (await Promise.all(reads)).map(({ bytes }) => bytes)
}

test('small patches take no room on the disk, larger ones a cell of their sector', async () => {
  await using slot = await ASlot.open()
  const upload = aName()
  const [small, large] = [random(10_000), random(70_000)]
  await slot.write(upload, 0n, [xor(0, 5, small), xor(1, 0, small)])
  assert.equal(slot.services.store.usage().staged, 0)
  await slot.write(upload, 0n, [xor(1, 30_000, large)])
  assert.equal(slot.services.store.usage().staged, 1)
  await slot.write(upload, 0n, [xor(1, 500_000, small)])
  const sectors = [xored(undefined, 5, small), xored(xored(xored(undefined, 0, small), 30_000, large), 500_000, small)]
  assert.deepEqual(await committed(slot, upload, sectors), sectors)
  assert.equal(slot.services.store.usage().staged, 0)
})

test('patches of one upload that would take much memory become cells', async () => {
  await using slot = await ASlot.open({ maxSectors: 64 })
  slot.volume.facts.billedSectors = 32
  const upload = aName()
  const bytes = random(60_000)
  for (let sector = 0; sector < 24; sector++) await slot.write(upload, 0n, [xor(sector, 0, bytes)])
  const { staged } = slot.services.store.usage()
  assert.ok(staged > 0 && staged < 24, `${staged} cells`)
  const sectors = Array.from({ length: 24 }, () => xored(undefined, 0, bytes))
  assert.deepEqual(await committed(slot, upload, sectors), sectors)
})

test('fresh patches add up in any order, and one of no bytes is zeros', async () => {
  await using slot = await ASlot.open()
  const upload = aName()
  const [one, other] = [random(1_000), random(100_000)]
  await slot.write(upload, 0n, [fresh(0, 7, one), fresh(1, 0, new Uint8Array())])
  await slot.write(upload, 0n, [fresh(0, 2_000, other), fresh(2, 0, other)])
  const sectors = [
    xored(xored(undefined, 7, one), 2_000, other),
    new Uint8Array(SECTOR_BYTES),
    xored(undefined, 0, other),
  ]
  assert.deepEqual(await committed(slot, upload, sectors), sectors)
})

test('patches that depend on their order, fresh ones and others of one sector, are REQUEST_INVALID', async () => {
  await using slot = await ASlot.open()
  const bytes = random(10)
  for (const patches of [
    [xor(0, 0, bytes), fresh(0, 0, bytes)],
    [fresh(0, 0, bytes), xor(0, 0, bytes)],
    [replace(0, aSector(1)), fresh(0, 0, new Uint8Array())],
  ]) {
    const upload = aName()
    for (const patch of patches.slice(0, -1)) await slot.write(upload, 0n, [patch])
    await assert.rejects(slot.write(upload, 0n, patches.slice(-1)), { code: 'REQUEST_INVALID' })
  }
})

test('a whole sector takes the place of what was staged, and is patched further', async () => {
  await using slot = await ASlot.open()
  const upload = aName()
  const bytes = random(100)
  await slot.write(upload, 0n, [xor(0, 0, bytes)])
  await slot.write(upload, 0n, [replace(0, aSector(1))])
  await slot.write(upload, 0n, [replace(0, aSector(2))])
  assert.equal(slot.services.store.usage().staged, 1)
  await slot.write(upload, 0n, [xor(0, 9, bytes)])
  const sectors = [xored(aSector(2), 9, bytes)]
  assert.deepEqual(await committed(slot, upload, sectors), sectors)
})

test('a write that is given up stops between two sectors', async () => {
  await using slot = await ASlot.open()
  const signal = AbortSignal.abort(new Error('gone'))
  await assert.rejects(slot.write(aName(), 0n, [replace(0, aSector(1))], { signal }), { message: 'gone' })
  assert.equal(slot.services.store.usage().staged, 0)
})

test('an upload that failed to commit can be committed yet; one that was idle for 2 minutes cannot', async () => {
  await using slot = await ASlot.open()
  const upload = aName()
  await slot.write(upload, 0n, [xor(0, 0, random(10))])
  const wrong = slot.volume.state({ nonce: 1n }, [sectorRoot(aSector(1))])
  await assert.rejects(slot.commit(wrong, { upload }), { code: 'STATE_ROOT_MISMATCH' })
  await assert.rejects(slot.commit(wrong, { upload }), { code: 'STATE_ROOT_MISMATCH' })
  slot.nowMs = NOW_MS + 121_000
  slot.services.staging.sweep()
  slot.volume.facts.sessionKey = { ...slot.volume.facts.sessionKey, expiresAt: 4_000_000_000n }
  await assert.rejects(slot.commit(wrong, { upload }), { code: 'UPLOAD_UNKNOWN' })
})
