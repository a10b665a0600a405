import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sectorRoot } from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot, type Asking, aName } from './fixtures/a-slot.ts'
import { aParty, NOW_MS } from './fixtures/a-volume.ts'

const whole = { sector: 0, offset: 0, mode: 'replace', bytes: aSector(1) } as const

async function aWrittenSlot(): Promise<ASlot> {
  const slot = await ASlot.open()
  const upload = aName()
  await slot.write(upload, 0n, [whole])
  await slot.commit(slot.volume.state({ nonce: 1n }, [sectorRoot(aSector(1))]), { upload })
  return slot
}

test('owner and session key may read and write; co-slots may read; strangers may nothing', async () => {
  await using slot = await aWrittenSlot()
  const { owner, session, operators } = slot.volume
  const range = { nonce: 1n, sector: 0, offset: 0, length: 64 }
  const asking: [Asking, boolean, boolean][] = [
    [{ account: owner.address, isProvider: false }, true, true],
    [{ account: session.address, isProvider: false }, true, true],
    [{ account: operators[3]!.address, isProvider: true }, true, false],
    // Signed the hello as that operator, but is not the provider on the wire.
    [{ account: operators[3]!.address, isProvider: false }, false, false],
    [{ account: aParty().address, isProvider: true }, false, false],
  ]
  for (const [by, mayRead, mayWrite] of asking) {
    const outcome = async (action: Promise<unknown>) =>
      action.then(
        () => true,
        (error: { code: string }) => error.code,
      )
    assert.equal(await outcome(slot.read(range, by)), mayRead || 'ACCESS_DENIED')
    assert.equal(await outcome(slot.state(by)), mayRead || 'ACCESS_DENIED')
    assert.equal(await outcome(slot.sync({ uncertified: true }, by)), mayRead || 'ACCESS_DENIED')
    assert.equal(await outcome(slot.history(0n, by)), mayRead || 'ACCESS_DENIED')
    assert.equal(await outcome(slot.release(1n, { by })), mayRead || 'ACCESS_DENIED')
    assert.equal(await outcome(slot.write(aName(), 1n, [whole], { by })), mayWrite || 'ACCESS_DENIED')
    assert.equal(await outcome(slot.pen(1n, slot.writer, by)), mayWrite || 'ACCESS_DENIED')
  }
})

test('a slot that another provider holds is SLOT_NOT_HELD', async () => {
  await using slot = await aWrittenSlot()
  slot.volume.facts.operators = slot.volume.facts.operators.map(() => aParty().address)
  await assert.rejects(slot.write(aName(), 1n, [whole]), { code: 'SLOT_NOT_HELD' })
  await assert.rejects(slot.state(), { code: 'SLOT_NOT_HELD' })
})

test('facts that refuse somebody are read again first', async () => {
  await using slot = await aWrittenSlot()
  const { volume, services } = slot
  const stranger = aParty()
  const fresh = { ...volume.facts, owner: stranger.address }
  services.volumes.facts = async (_, options) => (options.fresh ? fresh : volume.facts)
  await slot.state({ account: stranger.address, isProvider: false })
})

test('a sector beyond what is paid for is VOLUME_FULL, beyond the state SECTOR_NOT_FOUND', async () => {
  await using slot = await aWrittenSlot()
  await assert.rejects(slot.write(aName(), 1n, [{ ...whole, sector: 4 }]), { code: 'VOLUME_FULL' })
  await assert.rejects(slot.read({ nonce: 1n, sector: 1, offset: 0, length: 64 }), { code: 'SECTOR_NOT_FOUND' })
})

test('a base or a state that is not held is STATE_STALE', async () => {
  await using slot = await aWrittenSlot()
  await assert.rejects(slot.write(aName(), 2n, [whole]), { code: 'STATE_STALE' })
  await assert.rejects(slot.read({ nonce: 2n, sector: 0, offset: 0, length: 64 }), { code: 'STATE_STALE' })
})

test('one account takes at most half of the staging room, and an idle upload gives it back', async () => {
  await using slot = await ASlot.open({ maxSectors: 4 })
  await slot.write(aName(), 0n, [whole])
  await slot.write(aName(), 0n, [whole])
  await assert.rejects(slot.write(aName(), 0n, [whole]), { code: 'PROVIDER_BUSY' })
  slot.nowMs = NOW_MS + 121_000
  await slot.write(aName(), 0n, [whole])
  assert.equal(slot.services.store.usage().staged, 1)
})

test('an upload keeps to the base that it began on', async () => {
  await using slot = await aWrittenSlot()
  const upload = aName()
  await slot.write(upload, 1n, [whole])
  await assert.rejects(slot.write(upload, 0n, [whole]), { code: 'STATE_STALE' })
})

test('malformed bytes are REQUEST_INVALID', async () => {
  await using slot = await aWrittenSlot()
  await assert.rejects(slot.write(new Uint8Array(16), 1n, [{ ...whole, bytes: whole.bytes.subarray(1) }]), {
    code: 'REQUEST_INVALID',
  })
})
