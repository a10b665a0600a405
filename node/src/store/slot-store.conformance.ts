import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Epoch, SECTOR_BYTES, SECTOR_DEPTH, sectorRoot, zeroRoot } from '@storgo/protocol'
import { aCommit, aHeldState, someReceipts } from './fixtures/a-held-state.ts'
import { aSector } from './fixtures/a-sector.ts'
import { sectors, stageAll } from './fixtures/stage-all.ts'
import { describeChanges } from './slot-changes.conformance.ts'
import type { SlotRef, SlotStore } from './slot-store.ts'

const ref: SlotRef = { volumeId: 7n, slot: 2 }
const epoch = 9 as Epoch

export type OpenSlotStore = {
  /** Opens a store on the same data every time; the one before is closed. */
  reopen(): Promise<SlotStore>
  remove(): Promise<void>
}

/** What every {@link SlotStore} must do. */
export function describeSlotStore(name: string, create: (options: { capacity: number }) => Promise<OpenSlotStore>) {
  const held = (
    title: string,
    body: (store: SlotStore, reopen: () => Promise<SlotStore>) => Promise<void>,
    capacity = 16,
  ) =>
    test(title, async () => {
      const opened = await create({ capacity })
      let store = await opened.reopen()
      try {
        await body(store, async () => {
          await store[Symbol.asyncDispose]()
          store = await opened.reopen()
          return store
        })
      } finally {
        await store[Symbol.asyncDispose]()
        await opened.remove()
      }
    })

  describe(name, () => {
    held('a slot that was never written holds nothing and reads as zeros', async (store) => {
      using view = store.view(ref)
      assert.equal(view.certified, undefined)
      assert.equal(view.latest, undefined)
      assert.deepEqual(await view.readSector('latest', 5), new Uint8Array(SECTOR_BYTES))
      assert.deepEqual(rootAt(view.sectorRoots('latest', 2), 1), zeroRoot(SECTOR_DEPTH))
    })

    held('what is committed is there after reopening', async (store, reopen) => {
      const next = aHeldState({ nonce: 1, sectors: 70 })
      await store.commit(ref, aCommit({ next, staged: await stageAll(store, { 0: 10, 69: 11 }) }))
      const again = await reopen()
      using view = again.view(ref)
      assert.deepEqual(view.latest, next)
      assert.deepEqual(await view.readSector('latest', 69), aSector(11))
      assert.deepEqual(rootAt(view.sectorRoots('latest', 70), 69), sectorRoot(aSector(11)))
      assert.deepEqual(rootAt(view.sectorRoots('latest', 70), 68), zeroRoot(SECTOR_DEPTH))
      assert.deepEqual(await again.slots(), [ref])
      assert.deepEqual(again.usage(), { stored: 2, staged: 0, capacity: 16 })
    })

    held('what is staged can be read before the commit, and is gone after reopening', async (store, reopen) => {
      const staged = await store.stage(aSector(1))
      assert.deepEqual(staged.root, sectorRoot(aSector(1)))
      assert.deepEqual(await store.readStaged(staged), aSector(1))
      assert.equal(store.usage().staged, 1)
      assert.deepEqual((await reopen()).usage(), { stored: 0, staged: 0, capacity: 16 })
    })

    held(
      'a certified state stays readable beside a later one, and its sectors are freed with the next certificate',
      async (store) => {
        const first = aHeldState({ nonce: 1, sectors: 2 })
        const receipts = someReceipts()
        await store.commit(ref, aCommit({ next: first, staged: await stageAll(store, { 0: 1, 1: 2 }) }))
        await store.certify(ref, receipts, epoch)
        const second = aHeldState({ nonce: 2, sectors: 3 })
        await store.commit(ref, aCommit({ next: second, staged: await stageAll(store, { 1: 3, 2: 4 }) }))
        {
          using view = store.view(ref)
          assert.deepEqual(view.certified, { ...first, receipts })
          assert.deepEqual(view.latest, second)
          assert.deepEqual(await sectors(view, 'certified', 2), [aSector(1), aSector(2)])
          assert.deepEqual(await sectors(view, 'latest', 3), [aSector(1), aSector(3), aSector(4)])
        }
        assert.equal(store.usage().stored, 4)
        const third = aHeldState({ nonce: 3, sectors: 3 })
        await store.commit(ref, aCommit({ next: third, staged: await stageAll(store, { 2: 5 }), certifies: receipts }))
        using view = store.view(ref)
        assert.deepEqual(view.certified, { ...second, receipts })
        assert.deepEqual(await sectors(view, 'certified', 3), [aSector(1), aSector(3), aSector(4)])
        assert.deepEqual(await sectors(view, 'latest', 3), [aSector(1), aSector(3), aSector(5)])
        assert.equal(store.usage().stored, 4)
      },
    )

    held('a state that replaces an uncertified one starts from the certified one', async (store, reopen) => {
      const receipts = someReceipts()
      await store.commit(
        ref,
        aCommit({
          next: aHeldState({ nonce: 1, sectors: 2 }),
          staged: await stageAll(store, { 0: 1, 1: 2 }),
        }),
      )
      await store.certify(ref, receipts, epoch)
      await store.commit(
        ref,
        aCommit({
          next: aHeldState({ nonce: 2, sectors: 3 }),
          staged: await stageAll(store, { 0: 3, 2: 4 }),
        }),
      )
      const replacement = aHeldState({ nonce: 2, sectors: 2 })
      await store.commit(ref, aCommit({ next: replacement, staged: await stageAll(store, { 1: 5 }) }))
      const again = await reopen()
      using view = again.view(ref)
      assert.deepEqual(view.latest, replacement)
      assert.deepEqual(await sectors(view, 'latest', 3), [aSector(1), aSector(5), new Uint8Array(SECTOR_BYTES)])
      assert.deepEqual(await sectors(view, 'certified', 2), [aSector(1), aSector(2)])
      assert.equal(again.usage().stored, 3)
    })

    held('the first state of all can be replaced too', async (store) => {
      await store.commit(
        ref,
        aCommit({
          next: aHeldState({ nonce: 1, sectors: 2 }),
          staged: await stageAll(store, { 0: 1, 1: 2 }),
        }),
      )
      await store.commit(
        ref,
        aCommit({ next: aHeldState({ nonce: 1, sectors: 2 }), staged: await stageAll(store, { 1: 3 }) }),
      )
      using view = store.view(ref)
      assert.equal(view.certified, undefined)
      assert.deepEqual(await sectors(view, 'latest', 2), [new Uint8Array(SECTOR_BYTES), aSector(3)])
      assert.equal(store.usage().stored, 1)
    })

    held('a state of fewer sectors gives up the others, but not before it is certified', async (store) => {
      const receipts = someReceipts()
      await store.commit(
        ref,
        aCommit({
          next: aHeldState({ nonce: 1, sectors: 66 }),
          staged: await stageAll(store, { 0: 1, 64: 2, 65: 3 }),
        }),
      )
      await store.certify(ref, receipts, epoch)
      await store.commit(ref, aCommit({ next: aHeldState({ nonce: 2, sectors: 1 }), staged: new Map() }))
      assert.equal(store.usage().stored, 3)
      {
        using view = store.view(ref)
        assert.deepEqual(await view.readSector('certified', 65), aSector(3))
        assert.deepEqual(await view.readSector('latest', 65), new Uint8Array(SECTOR_BYTES))
      }
      await store.certify(ref, receipts, epoch)
      assert.equal(store.usage().stored, 1)
    })

    held('a view shows one moment, whatever is committed meanwhile', async (store) => {
      const receipts = someReceipts()
      const first = aHeldState({ nonce: 1, sectors: 1 })
      await store.commit(ref, aCommit({ next: first, staged: await stageAll(store, { 0: 1 }) }))
      const view = store.view(ref)
      for (let nonce = 2; nonce < 6; nonce++) {
        const next = aHeldState({ nonce, sectors: 1 })
        await store.commit(ref, aCommit({ next, staged: await stageAll(store, { 0: nonce }), certifies: receipts }))
      }
      assert.deepEqual(view.latest, first)
      assert.deepEqual(await view.readSector('latest', 0), aSector(1))
      assert.equal(store.usage().stored, 5)
      view[Symbol.dispose]()
      assert.equal(store.usage().stored, 2)
    })

    held(
      'the capacity bounds everything on disk, and what is unstaged can be staged again',
      async (store) => {
        const staged = await Promise.all([store.stage(aSector(1)), store.stage(aSector(2))])
        await assert.rejects(store.stage(aSector(3)), { code: 'DISK_FULL' })
        store.unstage(staged)
        await store.commit(
          ref,
          aCommit({
            next: aHeldState({ nonce: 1, sectors: 2 }),
            staged: await stageAll(store, { 0: 4, 1: 5 }),
          }),
        )
        await assert.rejects(store.stage(aSector(6)), { code: 'DISK_FULL' })
      },
      2,
    )

    describeChanges(held)

    held('two slots do not meet', async (store) => {
      const other = { volumeId: 7n, slot: 3 }
      await store.commit(
        ref,
        aCommit({ next: aHeldState({ nonce: 1, sectors: 1 }), staged: await stageAll(store, { 0: 1 }) }),
      )
      await store.commit(
        other,
        aCommit({ next: aHeldState({ nonce: 1, sectors: 1 }), staged: await stageAll(store, { 0: 2 }) }),
      )
      await store.drop(ref)
      using view = store.view(other)
      assert.deepEqual(await view.readSector('latest', 0), aSector(2))
      assert.deepEqual(await store.slots(), [other])
      assert.equal(store.usage().stored, 1)
    })
  })
}

function rootAt(roots: Uint8Array, sector: number): Uint8Array {
  return roots.slice(sector * 32, sector * 32 + 32)
}
