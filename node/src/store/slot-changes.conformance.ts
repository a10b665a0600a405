import assert from 'node:assert/strict'
import { type Epoch, type Receipt, SECTOR_BYTES, SECTOR_DEPTH, zeroRoot } from '@storgo/protocol'
import { aCommit, aHeldState, aPromise, aReceipt, someReceipts } from './fixtures/a-held-state.ts'
import { aSector } from './fixtures/a-sector.ts'
import { sectors, stageAll } from './fixtures/stage-all.ts'
import { contentWith } from './slot-store.reference.ts'
import { MAX_PATCH_BYTES, MAX_UNFOLDED_BYTES, type SlotRef, type SlotStore, type StagedSector } from './slot-store.ts'

const ref: SlotRef = { volumeId: 7n, slot: 2 }
const epoch = 9 as Epoch

/** Declares a test on a fresh store, which `reopen` opens anew. */
export type Held = (
  title: string,
  body: (store: SlotStore, reopen: () => Promise<SlotStore>) => Promise<void>,
  capacity?: number,
) => void

/** What every {@link SlotStore} must do beside holding two states: patches, promises, freed stripes, history, healing. */
export function describeChanges(held: Held): void {
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

  held('the last certified state of every epoch is kept while its successor is within the retention', async (store) => {
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
  })

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
}

/** 40 000 bytes changed at a place that depends on `seed`. */
function aPatched(bytes: Uint8Array, seed: number): { staged: StagedSector; content: Uint8Array } {
  const patches = [{ offset: seed * 1000, bytes: aSector(100 + seed).slice(0, 40_000) }]
  const { bytes: content, root } = contentWith(bytes, patches)
  return { staged: { kind: 'patch', patches, root }, content }
}
