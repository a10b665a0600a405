import { equalBytes, StorgoError } from '@storgo/protocol'
import { type GivenUp, givenUpBy } from './given-up.ts'
import { encodeHeldState } from './held-state-codec.ts'
import type { IndexChange, IndexReader } from './index-database.ts'
import { historyKey, metaKey, pageKey, patchKey, slotKey } from './keys.ts'
import { encodePatchLink, linkOver } from './patch-chain.ts'
import { editsOfAdoption, editsOfCommit } from './sector-edits.ts'
import { entryAt, NO_PATCH, PAGE_SECTORS } from './sector-page.ts'
import { encodeMemory, readMemory, readStates } from './slot-facts.ts'
import { historyAfter } from './slot-history.ts'
import { type PageChange, pagesAfter, pagesAfterCertify, pagesAfterDrop, pagesAfterMove } from './slot-pages.ts'
import type { HeldState, SlotRef } from './slot-store.ts'
import type { RecordedSector, SlotRecord, StoreRecord } from './store-record.ts'

/** What a record does to the index, and the cells that nothing refers to once it has. */
export type RecordEffect = { changes: IndexChange[]; cells: number[] }

type SlotEffect = {
  changes: IndexChange[]
  pages: PageChange[]
  added?: ReadonlyMap<number, RecordedSector>
  base?: Base
}
type Base = 'newest' | 'undone'

/**
 * Works out a record's effect on what the index holds before it: the same at the time it happens and when the journal is replayed.
 *
 * @throws {StorgoError} `INTERNAL` for a record that cannot follow what the slot holds.
 */
export function effectOf(record: StoreRecord, index: Pick<IndexReader, 'get'>): RecordEffect {
  if (record.kind === 'meta') {
    const value = record.value.length === 0 ? undefined : record.value
    return { changes: [{ key: metaKey(record.name), value }], cells: [] }
  }
  const { changes, pages, added = new Map(), base = 'newest' } = slotEffect(record, index)
  const { patches, previousOf } = newPatches(index, record.ref, added, base)
  const gone: GivenUp = givenUpBy(index, pages, previousOf)
  return {
    changes: [
      ...changes,
      ...pages.flatMap((page) => pageChange(record.ref, page)),
      ...patches,
      ...gone.patches.map((patch) => ({ key: patchKey(patch), value: undefined })),
    ],
    cells: gone.cells,
  }
}

function slotEffect(record: SlotRecord, index: Pick<IndexReader, 'get'>): SlotEffect {
  const { ref } = record
  const memory = readMemory(index, ref)
  const { latest, certified: held } = readStates(index, ref)
  const longest = Math.max(latest?.signed.state.sectors ?? 0, held?.signed.state.sectors ?? 0)
  const pagesHeld = { sectors: longest, undo: memory.undo }
  const remember = (changed: Partial<typeof memory>): IndexChange => {
    return { key: slotKey('memory', ref), value: encodeMemory({ ...memory, ...changed }) }
  }
  switch (record.kind) {
    case 'promise':
      return { changes: [remember({ promised: record.promised })], pages: [] }
    case 'release':
      return { changes: [remember({ releasedNonce: maxOf(memory.releasedNonce, record.nonce) })], pages: [] }
    case 'accept': {
      const next = { ...uncertified(latest), receipt: record.receipt }
      return { changes: [put('latest', ref, next), remember({ promised: record.promised })], pages: [] }
    }
    case 'commit': {
      const { next, staged, certifies, promised } = record
      const base = certifies === undefined ? 'undone' : 'newest'
      const { sectors } = next.signed.state
      const edit = { edits: editsOfCommit(record), sectors, base, undoable: true } as const
      const pages = pagesAfter(index, ref, pagesHeld, edit)
      const undo = pages.filter(({ after }) => after.undo !== undefined).map(({ page }) => page)
      const changes = [put('latest', ref, next)]
      if (certifies === undefined) {
        return { changes: [...changes, remember({ promised, undo })], pages, added: staged, base }
      }
      const certified = { ...uncertified(latest), receipts: certifies }
      const history = historyAfter(ref, certified, memory.epochs, record)
      changes.push(
        put('certified', ref, certified),
        ...history.changes,
        remember({ promised, undo, epochs: history.epochs }),
      )
      return { changes, pages, added: staged, base }
    }
    case 'certify': {
      const certified = { ...uncertified(latest), receipts: record.receipts }
      const history = historyAfter(ref, certified, memory.epochs, record)
      const changes = [put('certified', ref, certified), { key: slotKey('latest', ref), value: undefined }]
      changes.push(...history.changes, remember({ undo: [], epochs: history.epochs }))
      return { changes, pages: pagesAfterCertify(index, ref, pagesHeld) }
    }
    case 'adopt': {
      const { next, staged } = record
      const base = record.base === 'latest' ? 'newest' : 'undone'
      const { sectors } = next.signed.state
      const edit = { edits: editsOfAdoption(record), sectors, base, undoable: false } as const
      const pages = pagesAfter(index, ref, pagesHeld, edit)
      const history = historyAfter(ref, next, memory.epochs, record)
      const changes = [put('certified', ref, next), { key: slotKey('latest', ref), value: undefined }]
      changes.push(...history.changes, remember({ undo: [], epochs: history.epochs }))
      return { changes, pages, added: staged, base }
    }
    case 'place': {
      const { sector, root, cell, key } = record
      const pages = pagesAfterMove(index, ref, sector, (entry) =>
        equalBytes(entry.root, root) ? { ...entry, cell, key, patch: NO_PATCH } : undefined,
      )
      return { changes: [], pages }
    }
    case 'drop': {
      const keys = [...(['certified', 'latest', 'memory'] as const).map((kind) => slotKey(kind, ref))]
      keys.push(...memory.epochs.map((epoch) => historyKey(ref, epoch)))
      return { changes: keys.map((key) => ({ key, value: undefined })), pages: pagesAfterDrop(index, ref, pagesHeld) }
    }
  }
}

/** The links of new patches, over what the base has at their sectors. */
function newPatches(
  index: Pick<IndexReader, 'get'>,
  ref: SlotRef,
  staged: ReadonlyMap<number, RecordedSector>,
  base: Base,
): { patches: IndexChange[]; previousOf: Map<number, number> } {
  const patches: IndexChange[] = []
  const previousOf = new Map<number, number>()
  for (const [sector, { under, added }] of staged) {
    if (added === undefined) continue
    const previous = under === 'base' ? baseEntry(index, ref, sector, base).patch : NO_PATCH
    previousOf.set(added.patch, previous)
    patches.push({ key: patchKey(added.patch), value: encodePatchLink(linkOver(index, previous, added)) })
  }
  return { patches, previousOf }
}

/** A sector's entry in the state that a commit builds on. */
export function baseEntry(index: Pick<IndexReader, 'get'>, ref: SlotRef, sector: number, base: Base) {
  const page = Math.floor(sector / PAGE_SECTORS)
  const undo = base === 'undone' ? index.get(pageKey('undo', ref, page)) : undefined
  return entryAt(undo ?? index.get(pageKey('page', ref, page)) ?? new Uint8Array(), sector % PAGE_SECTORS)
}

function uncertified(latest: HeldState | undefined): HeldState {
  if (latest === undefined) throw new StorgoError('INTERNAL', 'The slot holds no uncertified state.')
  return latest
}

function put(kind: 'certified' | 'latest', ref: SlotRef, held: HeldState): IndexChange {
  return { key: slotKey(kind, ref), value: encodeHeldState(held) }
}

function pageChange(ref: SlotRef, { page, after }: PageChange): IndexChange[] {
  return [
    { key: pageKey('page', ref, page), value: after.page.length === 0 ? undefined : after.page },
    { key: pageKey('undo', ref, page), value: after.undo },
  ]
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
