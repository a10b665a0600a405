import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Epoch, type Receipt, SECTOR_BYTES, SECTOR_DEPTH, sectorRoot, zeroRoot } from '@storgo/protocol'
import { aCommit, aHeldState, aPromise, aReceipt, someReceipts } from './fixtures/a-held-state.ts'
import { aSector } from './fixtures/a-sector.ts'
import { contentWith } from './slot-store.reference.ts'
import {
  MAX_PATCH_BYTES,
  MAX_UNFOLDED_BYTES,
  type SlotRef,
  type SlotStore,
  type StagedSector,
  type Version,
} from './slot-store.ts'

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

    held(
      'small changes are kept without a cell, undone with their state, and folded when they are many',
      async (store, reopen) => {
        await store.commit(
          ref,
          aCommit({ next: aHeldState({ nonce: 1, sectors: 1 }), staged: await stageAll(store, { 0: 1 }) }),
        )
        await store.certify(ref, someReceipts(), epoch)
        const dropped = aPatched(aSector(1), 1)
        await store.commit(
          ref,
          aCommit({ next: aHeldState({ nonce: 2, sectors: 1 }), staged: new Map([[0, dropped.staged]]) }),
        )
        let bytes = aSector(1)
        let nonce = 2
        for (let certifies: Receipt[] | undefined; nonce < 12; nonce++, certifies = someReceipts()) {
          const { staged, content } = aPatched(bytes, nonce)
          bytes = content
          const next = aHeldState({ nonce, sectors: 1 })
          await store.commit(ref, aCommit({ next, staged: new Map([[0, staged]]), ...(certifies && { certifies }) }))
          using view = store.view(ref)
          assert.deepEqual(await view.readSector('latest', 0, { cached: true }), bytes)
          assert.ok(view.unfoldedBytes(0) <= MAX_UNFOLDED_BYTES)
        }
        // Ten patches of 40 000 bytes were folded once.
        assert.ok(store.usage().stored <= 2)
        const again = await reopen()
        using view = again.view(ref)
        assert.deepEqual(await view.readSector('latest', 0), bytes)
        assert.equal(view.unfoldedBytes(0) % 40_000, 0)
      },
    )

    held('patches that do not give the root they were said to give are refused when they are folded', async (store) => {
      const patches = [{ offset: 0, bytes: new Uint8Array(MAX_PATCH_BYTES + 1).fill(1) }]
      const staged = new Map([[0, { kind: 'fresh', patches, root: zeroRoot(SECTOR_DEPTH) } as const]])
      const commit = aCommit({ next: aHeldState({ nonce: 1, sectors: 1 }), staged })
      await assert.rejects(store.commit(ref, commit), { code: 'STATE_ROOT_MISMATCH' })
      assert.deepEqual(store.usage(), { stored: 0, staged: 0, capacity: 16 })
      assert.deepEqual(await store.slots(), [])
    })

    held('what a slot promised, accepted and released is there after reopening', async (store, reopen) => {
      const [first, second] = [aPromise(4n), aPromise(5n)]
      await store.promise(ref, first)
      assert.deepEqual(await store.slots(), [ref])
      const next = aHeldState({ nonce: 1, sectors: 0 })
      await store.commit(ref, aCommit({ next, staged: new Map(), promised: first }))
      const receipt = aReceipt(2, 5n)
      await store.accept(ref, receipt, second)
      await store.release(ref, 7n)
      await store.release(ref, 3n)
      using view = (await reopen()).view(ref)
      assert.deepEqual(view.promised, second)
      assert.deepEqual(view.latest, { ...next, receipt })
      assert.equal(view.releasedNonce, 7n)
    })

    held('stripes are freed and used again with the state that says so, and undone with it', async (store) => {
      const staged = await stageAll(store, { 0: 1, 1: 2, 2: 3 })
      await store.commit(ref, aCommit({ next: aHeldState({ nonce: 1, sectors: 3 }), staged }))
      await store.certify(ref, someReceipts(), epoch)
      const freed = [{ first: 0, count: 2 }]
      await store.commit(ref, aCommit({ next: aHeldState({ nonce: 2, sectors: 3 }), staged: new Map(), freed }))
      {
        using view = store.view(ref)
        assert.deepEqual(view.freedAt(1), { epoch, nonce: 2n })
        assert.equal(view.freedAt(1, 'certified'), undefined)
        assert.deepEqual(view.freedSince(1n), [{ first: 0, count: 2, epoch, nonce: 2n }])
        assert.deepEqual(view.freedSince(2n), [])
      }
      await store.certify(ref, someReceipts(), epoch)
      const fresh = { kind: 'fresh', patches: [], root: zeroRoot(SECTOR_DEPTH) } as const
      const reuse = { staged: new Map([[1, fresh]]), reused: [1] }
      await store.commit(ref, aCommit({ next: aHeldState({ nonce: 3, sectors: 3 }), ...reuse }))
      using view = store.view(ref)
      assert.equal(view.freedAt(1), 'reused')
      assert.deepEqual(view.freedSince(0n), [{ first: 0, count: 1, epoch, nonce: 2n }])
      assert.deepEqual(view.changedSince(1n, 'latest'), [{ first: 1, count: 1 }])
      assert.deepEqual(view.changedSince(0n, 'certified'), [{ first: 0, count: 3 }])
      assert.deepEqual(await view.readSector('latest', 1), new Uint8Array(SECTOR_BYTES))
    })

    held('a certified state of others takes the place of what was held', async (store, reopen) => {
      const staged = await stageAll(store, { 0: 1, 1: 2 })
      await store.commit(
        ref,
        aCommit({ next: aHeldState({ nonce: 1, sectors: 2 }), staged, freed: [{ first: 1, count: 1 }] }),
      )
      await store.certify(ref, someReceipts(), epoch)
      await store.commit(
        ref,
        aCommit({ next: aHeldState({ nonce: 2, sectors: 2 }), staged: await stageAll(store, { 0: 3 }) }),
      )
      const next = { ...aHeldState({ nonce: 5, sectors: 3 }), receipts: someReceipts() }
      const freed = [{ first: 0, count: 1, epoch, nonce: 4n }]
      await store.adopt(ref, { next, staged: await stageAll(store, { 1: 4, 2: 5 }), base: 'certified', freed, epoch })
      const again = await reopen()
      using view = again.view(ref)
      assert.deepEqual(view.certified, next)
      assert.equal(view.latest, undefined)
      assert.deepEqual(await sectors(view, 'certified', 3), [aSector(1), aSector(4), aSector(5)])
      assert.deepEqual(view.freedAt(0), { epoch, nonce: 4n })
      assert.equal(view.freedAt(1), 'reused')
      assert.deepEqual(view.changedSince(2n, 'certified'), [{ first: 1, count: 2 }])
      assert.equal(again.usage().stored, 3)
    })

    held(
      'the last certified state of every epoch is kept while its successor is within the retention',
      async (store) => {
        const held = [1, 2, 3, 4, 5].map((nonce) => aHeldState({ nonce, sectors: 0 }))
        // Retention is 4 epochs: at epoch 20 what was replaced in 9 is over, what was replaced in 17 is not.
        for (const [at, epoch] of [5, 5, 9, 17, 20].entries()) {
          await store.commit(ref, aCommit({ next: held[at]!, staged: new Map(), epoch: epoch as Epoch }))
          await store.certify(ref, someReceipts(), epoch as Epoch)
        }
        using view = store.view(ref)
        const shown = view.history().map(({ epoch, certificate }) => [epoch, certificate.signed.state.nonce])
        assert.deepEqual(shown, [
          [20, 5n],
          [17, 4n],
          [9, 3n],
        ])
        assert.deepEqual(view.history()[2]!.headRecord, held[2]!.headRecord)
      },
    )

    held('a sector gets another cell where its root is the same, and nowhere else', async (store) => {
      await store.commit(
        ref,
        aCommit({ next: aHeldState({ nonce: 1, sectors: 1 }), staged: await stageAll(store, { 0: 1 }) }),
      )
      assert.equal(await store.heal(ref, 0, await store.stage(aSector(1))), true)
      assert.equal(await store.heal(ref, 0, await store.stage(aSector(2))), false)
      using view = store.view(ref)
      assert.deepEqual(await view.readSector('latest', 0), aSector(1))
      assert.deepEqual(store.usage(), { stored: 1, staged: 0, capacity: 16 })
    })

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

/** 40 000 bytes changed at a place that depends on `seed`. */
function aPatched(bytes: Uint8Array, seed: number): { staged: StagedSector; content: Uint8Array } {
  const patches = [{ offset: seed * 1000, bytes: aSector(100 + seed).slice(0, 40_000) }]
  const { bytes: content, root } = contentWith(bytes, patches)
  return { staged: { kind: 'patch', patches, root }, content }
}

async function stageAll(store: SlotStore, seeds: Record<number, number>): Promise<Map<number, StagedSector>> {
  const staged = new Map<number, StagedSector>()
  for (const [sector, seed] of Object.entries(seeds)) staged.set(Number(sector), await store.stage(aSector(seed)))
  return staged
}

async function sectors(
  view: { readSector(version: Version, sector: number): Promise<Uint8Array> },
  version: Version,
  count: number,
) {
  return Promise.all(Array.from({ length: count }, (_, sector) => view.readSector(version, sector)))
}

function rootAt(roots: Uint8Array, sector: number): Uint8Array {
  return roots.slice(sector * 32, sector * 32 + 32)
}
