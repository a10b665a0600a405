import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, StorgoError, sectorRoot } from '@storgo/protocol'
import { pino } from 'pino'
import { aSector } from '../store/fixtures/a-sector.ts'
import { dropEnded, EndedSlots } from './drop-ended.ts'
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
  const options = { store, volumes, operator: operator.address, readBook: async () => [entry], logger }
  await dropEnded(options, new AbortController().signal)
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

test('when the node stops, a look that has begun ends before the store is closed, and drops nothing more', async () => {
  await using slot = await aHeldSlot()
  slot.volume.facts.closed = true
  const { store, volumes, operator } = slot.services
  const read = Promise.withResolvers<[]>()
  const asked: AbortSignal[] = []
  const readBook = ({ signal }: { signal: AbortSignal }) => {
    asked.push(signal)
    return read.promise
  }
  const logger = pino({ level: 'silent' })
  const ended = new EndedSlots({ store, volumes, operator: operator.address, readBook, logger })
  ended.onHead({ epoch: 3 as Epoch })
  await new Promise((resolve) => setImmediate(resolve))
  let isDisposed = false
  const disposing = ended[Symbol.asyncDispose]().then(() => {
    isDisposed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([asked.length, asked[0]?.aborted, isDisposed], [1, true, false])
  read.resolve([])
  await disposing
  ended.onHead({ epoch: 4 as Epoch })
  assert.deepEqual([asked.length, store.usage().stored], [1, 1])
})
