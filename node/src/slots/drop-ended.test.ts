import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorgoError, sectorRoot } from '@storgo/protocol'
import { pino } from 'pino'
import { aSector } from '../store/fixtures/a-sector.ts'
import { dropEnded } from './drop-ended.ts'
import { ASlot } from './fixtures/a-slot.ts'
import { aParty } from './fixtures/a-volume.ts'

async function aHeldSlot(): Promise<ASlot> {
  const slot = await ASlot.open()
  const upload = new Uint8Array(16)
  await slot.write(upload, 0n, [{ sector: 0, offset: 0, mode: 'replace', bytes: aSector(1) }])
  await slot.commit(slot.volume.state({ nonce: 1n }, [sectorRoot(aSector(1))]), { upload })
  return slot
}

/** Sectors on disk after looking for slots to drop. */
async function storedAfter({ services, volume }: ASlot, frozenSectors: number): Promise<number> {
  const { store, volumes, operator } = services
  const entry = {
    volumeId: volume.volumeId,
    slot: volume.slot,
    n: 4,
    floor: 0n,
    nextFloor: 0n,
    frozenSectors,
    nextSectors: 0,
  }
  const logger = pino({ level: 'silent' })
  await dropEnded({ store, volumes, operator: operator.address, readBook: async () => [entry], logger })
  return store.usage().stored
}

test('a slot of a closed volume is kept while it is billed, and dropped afterwards', async () => {
  await using slot = await aHeldSlot()
  slot.volume.facts.closed = true
  assert.equal(await storedAfter(slot, 4), 1)
  assert.equal(await storedAfter(slot, 0), 0)
})

test('a slot that another provider holds is dropped, an own one and a vacant one are not', async () => {
  await using slot = await aHeldSlot()
  const { facts } = slot.volume
  assert.equal(await storedAfter(slot, 0), 1)
  facts.operators = facts.operators.map(() => undefined)
  assert.equal(await storedAfter(slot, 0), 1)
  facts.operators = facts.operators.map(() => aParty().address)
  assert.equal(await storedAfter(slot, 0), 0)
})

test('a slot of a volume that the chain does not know is kept', async () => {
  await using slot = await aHeldSlot()
  slot.services.volumes.facts = async () => {
    throw new StorgoError('VOLUME_UNKNOWN', 'unknown')
  }
  assert.equal(await storedAfter(slot, 0), 1)
})
