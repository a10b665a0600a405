import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sectorRoot } from '@storgo/protocol'
import { systemError } from '../fixtures/simulated-disk.ts'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot, aName } from './fixtures/a-slot.ts'
import { digestOf } from './fixtures/a-volume.ts'
import { aSlotWithState2, aStagedState2, replace } from './fixtures/a-written-slot.ts'

const LATER_MS = 5_000

/** Every write and sync fails from now on. */
function breakDisk({ disk }: ASlot, code: 'EIO' | 'ENOSPC'): void {
  disk.before = ({ kind, path }) => {
    if (kind === 'write' || kind === 'sync') throw systemError(code, path)
  }
}

test('a slot whose disk takes no more writes says so, and keeps what it holds readable', async () => {
  const { slot, first, second, receipt } = await aSlotWithState2()
  await using _ = slot
  const third = slot.volume.state(
    { nonce: 3n, parent: digestOf(second) },
    [1, 2, 3].map((seed) => sectorRoot(aSector(seed))),
  )
  const parent = slot.volume.certificate(second.signed)
  breakDisk(slot, 'EIO')
  await assert.rejects(slot.commit(third, { parent }), { code: 'STORE_READ_ONLY' })
  slot.nowMs += LATER_MS
  const refused = { code: 'STORE_READ_ONLY' }
  await assert.rejects(slot.write(aName(), 2n, [replace(3, aSector(4))]), refused)
  await assert.rejects(slot.pen(9n, aName()), refused)
  await assert.rejects(slot.certify(parent), refused)
  await assert.rejects(slot.release(1n), refused)

  assert.deepEqual((await slot.read({ nonce: 2n, sector: 2, offset: 0, length: 64 })).bytes, aSector(3).subarray(0, 64))
  const held = await slot.state()
  assert.equal(held.certified?.certificate.signed.state.nonce, 1n)
  assert.equal(held.promisedTerm, 1n)
  assert.equal((await slot.sync({ uncertified: true })).signed.state.nonce, 2n)
  // What needs no writing is answered still.
  assert.deepEqual(await slot.commit(second, { parent: slot.volume.certificate(first.signed) }), receipt)
})

test('after a new start on a disk that works again the slot goes on where it was', async () => {
  const { slot, second } = await aSlotWithState2()
  await using _ = slot
  breakDisk(slot, 'EIO')
  const parent = slot.volume.certificate(second.signed)
  await assert.rejects(slot.certify(parent), { code: 'STORE_READ_ONLY' })
  slot.disk.before = () => {}
  await assert.rejects(slot.certify(parent), { code: 'STORE_READ_ONLY' })
  await slot.restart()
  await slot.certify(parent)
})

test('a full disk is DISK_FULL for new bytes, harms nothing, and is over when there is room', async () => {
  await using slot = await ASlot.open({ capacity: 2 })
  await slot.write(aName(), 0n, [replace(0, aSector(1))])
  await slot.write(aName(), 0n, [replace(0, aSector(2))])
  await assert.rejects(slot.write(aName(), 0n, [replace(0, aSector(3))]), { code: 'DISK_FULL' })
  await slot.pen(1n)

  const { slot: other, first } = await aSlotWithState2()
  await using _ = other
  breakDisk(other, 'ENOSPC')
  await assert.rejects(aStagedState2(other, first), { code: 'DISK_FULL' })
  other.disk.before = () => {}
  await aStagedState2(other, first)
})
