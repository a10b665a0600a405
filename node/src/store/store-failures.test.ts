import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch } from '@storgo/protocol'
import { memoryIndex } from '../fixtures/memory-index.ts'
import { Random } from '../fixtures/seeded-random.ts'
import { type DiskOperation, SimulatedDisk, systemError } from '../fixtures/simulated-disk.ts'
import { aPromise } from './fixtures/a-held-state.ts'
import { aSector } from './fixtures/a-sector.ts'
import { commitSectors, nonceOf, openSimulated, ref } from './fixtures/a-simulated-store.ts'

type Where = Partial<Pick<DiskOperation, 'kind' | 'path'>>

/** Makes what matches fail until told otherwise. */
function failing(disk: SimulatedDisk, { kind, path }: Where, code: 'EIO' | 'ENOSPC'): () => void {
  disk.before = (operation) => {
    if (operation.kind === kind && operation.path.startsWith(path ?? '')) throw systemError(code, operation.path)
  }
  return () => {
    disk.before = () => {}
  }
}

for (const path of ['journal', 'cells']) {
  test(`a full disk under ${path} is DISK_FULL, and nothing has changed, also for the next process`, async () => {
    const disk = new SimulatedDisk()
    const store = await openSimulated(disk)
    await commitSectors(store, [1, 2])
    const before = store.usage()
    const again = failing(disk, { kind: 'write', path }, 'ENOSPC')
    await assert.rejects(commitSectors(store, [3]), { code: 'DISK_FULL' })
    assert.deepEqual(store.usage(), before)
    assert.equal(nonceOf(store), 1)
    assert.deepEqual([store.health().writable, typeof store.health().full], [true, 'string'])
    assert.equal(nonceOf(await openSimulated(disk.crashed(new Random(1)))), 1)
    again()
    await commitSectors(store, [3])
    assert.equal(nonceOf(await openSimulated(disk.crashed(new Random(1)))), 2)
  })
}

for (const [kind, path] of [
  ['sync', 'journal'],
  ['write', 'journal'],
  ['sync', 'cells'],
  ['write', 'cells'],
] as const) {
  test(`after a failed ${kind} of ${path} nothing is written any more, and reading goes on`, async () => {
    const disk = new SimulatedDisk()
    const store = await openSimulated(disk)
    await commitSectors(store, [1])
    const again = failing(disk, { kind, path }, 'EIO')
    await assert.rejects(commitSectors(store, [2]), { code: 'STORE_READ_ONLY' })
    again()
    disk.before = ({ kind, path }) => assert.ok(kind === 'read', `${kind} ${path}`)
    await assert.rejects(store.promise(ref, aPromise(9n)), { code: 'STORE_READ_ONLY' })
    await assert.rejects(store.stage(aSector(2)), { code: 'STORE_READ_ONLY' })
    await store.probe()
    assert.deepEqual([store.health().writable, store.health().readable], [false, true])
    assert.match(store.health().reason ?? '', /EIO|sync/)
    using view = store.view(ref)
    assert.deepEqual(await view.readSector('latest', 0), aSector(1))
    disk.before = () => {}
    assert.ok([1, 2].includes(nonceOf(await openSimulated(disk.crashed(new Random(1))))))
  })
}

test('what a new process shows of a write whose sync failed is still there after a power cut', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const disk = new SimulatedDisk()
    const store = await openSimulated(disk)
    await store.promise(ref, aPromise(1n))
    const again = failing(disk, { kind: 'sync', path: 'journal' }, 'EIO')
    const promised = aPromise(2n)
    await assert.rejects(store.promise(ref, promised), { code: 'STORE_READ_ONLY' })
    again()
    // The system still has in memory what never got to the disk.
    using shown = (await openSimulated(disk)).view(ref)
    assert.deepEqual(shown.promised, promised)
    using left = (await openSimulated(disk.crashed(new Random(seed)))).view(ref)
    assert.deepEqual(left.promised, promised)
  }
})

test('what the index cannot take is not shown, and is there in the next process', async () => {
  const disk = new SimulatedDisk()
  const index = memoryIndex()
  let broken = false
  const write: typeof index.write = async (changes) => {
    if (broken) throw systemError('EIO', 'index')
    await index.write(changes)
  }
  const store = await openSimulated(disk, { openIndex: async () => ({ ...index, write }) })
  await commitSectors(store, [1])
  broken = true
  await assert.rejects(commitSectors(store, [2]), { code: 'STORE_READ_ONLY' })
  assert.equal(nonceOf(store), 1)
  assert.equal(store.health().writable, false)
  assert.equal(nonceOf(await openSimulated(disk)), 2)
})

test('a cell that cannot be read is one corrupt sector; many are a disk that cannot be read', async () => {
  const disk = new SimulatedDisk()
  const store = await openSimulated(disk)
  await commitSectors(
    store,
    Array.from({ length: 10 }, (_, seed) => seed),
  )
  const bad = new Set([3 << 20])
  disk.before = ({ kind, position = 0, path }) => {
    if (kind === 'read' && bad.has(position)) throw systemError('EIO', path)
  }
  using view = store.view(ref)
  await assert.rejects(view.readSector('latest', 3), { code: 'SECTOR_CORRUPT' })
  assert.deepEqual(await view.readSector('latest', 4), aSector(4))
  assert.deepEqual(store.health(), { writable: true, readable: true })
  for (let cell = 0; cell < 10; cell++) bad.add(cell << 20)
  for (let sector = 0; sector < 10; sector++) {
    await assert.rejects(view.readSector('latest', sector), { code: 'SECTOR_CORRUPT' })
  }
  assert.equal(store.health().readable, false)
  bad.clear()
  assert.deepEqual(await view.readSector('latest', 4), aSector(4))
  assert.equal(store.health().readable, true)
})

test('a disk with little room left takes no sectors, but promises and certificates', async () => {
  const disk = new SimulatedDisk()
  const store = await openSimulated(disk)
  await commitSectors(store, [1])
  disk.free = 1 << 20
  const later = await openSimulated(disk)
  await assert.rejects(later.stage(aSector(1)), { code: 'DISK_FULL' })
  await later.certify(ref, [], 1 as Epoch)
  await later.promise(ref, aPromise(4n))
  assert.equal(later.usage().staged, 0)
  assert.notEqual(later.health().full, undefined)
  disk.free = 1 << 30
  await later.probe()
  assert.deepEqual(later.health(), { writable: true, readable: true })
})

test('a probe finds a disk that no longer writes, and one that is gone', async () => {
  const disk = new SimulatedDisk()
  const store = await openSimulated(disk)
  await store.probe()
  assert.deepEqual(store.health(), { writable: true, readable: true })
  failing(disk, { kind: 'sync', path: 'journal/probe' }, 'EIO')
  await store.probe()
  assert.deepEqual([store.health().writable, store.health().readable], [false, true])
  const again = failing(disk, { kind: 'read', path: 'journal' }, 'EIO')
  await store.probe()
  assert.equal(store.health().readable, false)
  again()
  await store.probe()
  assert.deepEqual([store.health().writable, store.health().readable], [false, true])
})
