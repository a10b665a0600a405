import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { SECTOR_BYTES, type SectorRun, sectorRoot } from '@storgo/protocol'
import { aSector } from '../store/fixtures/a-sector.ts'
import { aName, type PatchToWrite } from './fixtures/a-slot.ts'
import { aParty, digestOf, type StateToCommit } from './fixtures/a-volume.ts'
import { aSlotWithState1, replace, xored } from './fixtures/a-written-slot.ts'

const DATA = { slot: 1 }
const PARITY = { slot: 2 }
const RETAINED = { code: 'STRIPE_RETAINED' }
const few = new Uint8Array(randomBytes(100))

/** Slots hold state 1 with the sectors 1 and 2; this adds states, each certified by the next. */
async function aChain(where: { slot: number }) {
  const { slot, first } = await aSlotWithState1(where)
  let newest: StateToCommit = first
  const contents = [aSector(1), aSector(2)]
  return {
    slot,
    contents,
    newest: () => newest,
    /** Commits a state with these patches; `sectors` are what it claims to hold then. */
    async next(patches: readonly PatchToWrite[], sectors: readonly Uint8Array[], freed: readonly SectorRun[] = []) {
      const { nonce } = newest.signed.state
      const upload = aName()
      if (patches.length > 0) await slot.write(upload, nonce, patches)
      const fields = { nonce: nonce + 1n, parent: digestOf(newest) }
      const state = slot.volume.state(fields, sectors.map(sectorRoot), { freed })
      const parent = slot.volume.certificate(newest.signed)
      await slot.commit(state, { parent, ...(patches.length > 0 && { upload }) })
      newest = state
      contents.splice(0, contents.length, ...sectors)
    },
    [Symbol.asyncDispose]: () => slot[Symbol.asyncDispose](),
  }
}

const xor = (sector: number, offset: number, bytes: Uint8Array) => ({ sector, offset, mode: 'xor', bytes }) as const
const fresh = (sector: number, bytes: Uint8Array) => ({ sector, offset: 0, mode: 'fresh', bytes }) as const
const changed = (contents: readonly Uint8Array[], sector: number, content: Uint8Array) =>
  contents.map((each, index) => (index === sector ? content : each))

test('a data slot takes what is added behind its bytes, and refuses what would change them', async () => {
  await using chain = await aChain(DATA)
  const half = xored(undefined, 0, few)
  await chain.next([xor(2, 0, few)], [...chain.contents, half])
  const more = xored(half, 100, few)
  await chain.next([xor(2, 100, few)], changed(chain.contents, 2, more))
  const again = new Uint8Array(randomBytes(100))
  for (const patch of [xor(2, 50, again), replace(2, xored(more, 50, again)), xor(0, 7, again)]) {
    const { sector } = patch
    const content = patch.mode === 'xor' ? xored(chain.contents[sector], patch.offset, patch.bytes) : patch.bytes
    await assert.rejects(chain.next([patch], changed(chain.contents, sector, content)), RETAINED)
  }
  await chain.next([replace(2, xored(more, 300, few))], changed(chain.contents, 2, xored(more, 300, few)))
})

test('a parity slot takes changes of its last sector, and refuses those of an earlier one', async () => {
  await using chain = await aChain(PARITY)
  await chain.next([xor(1, 0, few)], changed(chain.contents, 1, xored(chain.contents[1], 0, few)))
  await chain.next([xor(1, 50, few)], changed(chain.contents, 1, xored(chain.contents[1], 50, few)))
  const earlier = changed(chain.contents, 0, xored(chain.contents[0], 0, few))
  await assert.rejects(chain.next([xor(0, 0, few)], earlier), RETAINED)
})

test('a state of fewer sectors than its base is refused', async () => {
  for (const where of [DATA, PARITY]) {
    await using chain = await aChain(where)
    await assert.rejects(chain.next([], chain.contents.slice(0, 1)), RETAINED)
  }
})

for (const [kind, where] of [
  ['data', DATA],
  ['parity', PARITY],
] as const) {
  test(`a freed stripe of a ${kind} slot is begun anew when its retention is over, and not before`, async () => {
    await using chain = await aChain(where)
    await chain.next([xor(2, 0, few)], [...chain.contents, xored(undefined, 0, few)], [{ first: 0, count: 1 }])
    const anew = xored(undefined, 0, few)
    chain.slot.volume.epoch += 4
    const begin = () => chain.next([fresh(0, few)], changed(chain.contents, 0, anew))
    await assert.rejects(begin(), RETAINED)
    const overwrite = changed(chain.contents, 0, xored(chain.contents[0], 0, few))
    chain.slot.volume.epoch += 1
    await assert.rejects(chain.next([xor(0, 0, few)], overwrite), RETAINED)
    await begin()
    const { bytes } = await chain.slot.read({ nonce: 3n, sector: 0, offset: 0, length: SECTOR_BYTES })
    assert.deepEqual(bytes, anew)
    // What is in use again is added to, as the last stripe is, and is not free any more.
    await chain.next([xor(0, 500, few)], changed(chain.contents, 0, xored(anew, 500, few)))
    if (kind === 'data') await assert.rejects(chain.next([fresh(0, few)], changed(chain.contents, 0, anew)), RETAINED)
  })

  test(`a stripe of a ${kind} slot that the owner's wallet released is begun anew at once`, async () => {
    await using chain = await aChain(where)
    const { slot } = chain
    await chain.next([], chain.contents, [{ first: 0, count: 1 }])
    const begin = () =>
      chain.next([fresh(0, new Uint8Array())], changed(chain.contents, 0, new Uint8Array(SECTOR_BYTES)))
    await slot.release(1n)
    await assert.rejects(begin(), RETAINED)
    for (const signer of [aParty(), slot.volume.session]) {
      await assert.rejects(slot.release(2n, { signer }), { code: 'ACCESS_DENIED' })
    }
    await slot.release(2n)
    await slot.release(1n)
    await slot.restart()
    await begin()
  })
}

test('a release may be handed over by another slot of the volume', async () => {
  await using chain = await aChain(DATA)
  const { slot } = chain
  await slot.release(9n, { by: { account: slot.volume.operators[3]!.address, isProvider: true } })
  using view = slot.services.store.view(slot.ref)
  assert.equal(view.releasedNonce, 9n)
})

test('what counts for a state is how stripes were in the one it builds on, not in another that it undoes', async () => {
  await using chain = await aChain(PARITY)
  const { slot } = chain
  const anew = xored(undefined, 0, few)
  const certified = changed([aSector(1), aSector(2)], 0, xored(aSector(1), 0, few))
  await chain.next([], chain.contents, [{ first: 0, count: 1 }])
  slot.volume.epoch += 5
  const base = chain.newest()
  await chain.next([fresh(0, few)], changed(chain.contents, 0, anew))
  const upload = aName()
  const pen = aName()
  await slot.write(upload, 2n, [xor(0, 0, few)], { pen })
  const fields = { nonce: 3n, parent: digestOf(base), term: 2n }
  const rival = slot.volume.state(fields, certified.map(sectorRoot))
  const refusals = [0, 3].map((other) => slot.volume.refusal(other, { term: 2n, certified: 2n }))
  const parent = slot.volume.certificate(base.signed)
  await assert.rejects(slot.commit(rival, { upload, parent, pen, refusals }), RETAINED)
})

test('what an undone state freed or used again counts as it was before', async () => {
  await using chain = await aChain(DATA)
  const { slot } = chain
  await chain.next([], chain.contents, [{ first: 0, count: 1 }])
  using view = slot.services.store.view(slot.ref)
  assert.deepEqual(view.freedAt(0, 'latest'), { epoch: 5, nonce: 2n })
  assert.equal(view.freedAt(0, 'certified'), undefined)
})

test('a head record that cannot be read, or frees what the state does not have, is HEAD_INVALID', async () => {
  await using chain = await aChain(DATA)
  await assert.rejects(chain.next([], chain.contents, [{ first: 1, count: 2 }]), { code: 'HEAD_INVALID' })
})
