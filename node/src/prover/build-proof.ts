import {
  challengedEntry,
  challengedLeaf,
  challengeIndex,
  EMPTY_STATE_INDEX,
  type Epoch,
  encodeSamples,
  encodeStates,
  isStorgoError,
  LEAF_BYTES,
  LEAVES_PER_SECTOR,
  provePath,
  type Sample,
  StorgoError,
} from '@storgo/protocol'
import type { Address } from 'viem'
import type { HeldState, SlotStore, SlotView } from '../store/slot-store.ts'
import { treeOf } from '../store/tree-of.ts'
import type { BookEntry } from './proof-chain.ts'

export type ProofTask = {
  operator: Address
  epoch: Epoch
  /** 28 bytes. */
  seed: Uint8Array
  /** K. */
  sampleCount: number
  book: readonly BookEntry[]
}

/** A challenged leaf that the store cannot show. */
export type LostSample = { volumeId: bigint; slot: number; sector?: number; error: StorgoError }

/** The arguments of `prove`, or what keeps it from being made. */
export type BuiltProof = { states: Uint8Array; samples: Uint8Array } | { lost: LostSample[] }

type Shown = { entry: BookEntry; view: SlotView; held: HeldState | undefined; stateIndex: number }

/**
 * Shows every challenged leaf under the newest state held of its slot, certified or not, as of one moment. Reads one sector
 * at a time.
 *
 * The newest, because the provider has signed a receipt for it: whoever has that receipt and sees an older state in a proof
 * may call it stale. And it stays good whatever becomes of it: the chain asks for the client's signature and for a nonce not
 * below the slot's floor, which only certificates raise. A state that is undone was of a nonce that the one in its place has
 * too; the bytes of both can be read until the view is disposed.
 */
export async function buildProof(store: SlotStore, task: ProofTask): Promise<BuiltProof> {
  const challenges = drawn(task)
  using views = new DisposableStack()
  const shown = new Map<BookEntry, Shown>()
  let states = 0
  // In the order in which `prove` wants the states; only those that a sample names may be among them.
  for (const entry of [...new Set(challenges.map(({ entry }) => entry))].toSorted(byVolume)) {
    const view = views.use(store.view(entry))
    const held = view.latest ?? view.certified
    shown.set(entry, { entry, view, held, stateIndex: held === undefined ? EMPTY_STATE_INDEX : states++ })
  }
  const samples: Sample[] = []
  const lost: LostSample[] = []
  for (const { entry, offset } of challenges) {
    const slot = shown.get(entry)
    if (slot === undefined) throw new StorgoError('INTERNAL', 'A challenged slot was not opened.')
    const sample = await show(slot, offset)
    if ('error' in sample) lost.push(sample)
    else samples.push(sample)
  }
  if (lost.length > 0) return { lost }
  const signed = [...shown.values()].flatMap(({ held }) => (held === undefined ? [] : [held.signed]))
  return { states: encodeStates(signed), samples: encodeSamples(samples) }
}

/** Billed sectors of the current epoch; a book of none has nothing to prove. */
export function billedSectors(book: readonly BookEntry[]): number {
  return book.reduce((sum, { frozenSectors }) => sum + frozenSectors, 0)
}

function drawn({ operator, epoch, seed, sampleCount, book }: ProofTask): { entry: BookEntry; offset: number }[] {
  const sectors = book.map(({ frozenSectors }) => frozenSectors)
  const leaves = billedSectors(book) * LEAVES_PER_SECTOR
  return Array.from({ length: sampleCount }, (_, i) => {
    const { entry: position, offset } = challengedEntry(challengeIndex(seed, operator, epoch, i, leaves), sectors)
    const entry = book[position]
    if (entry === undefined) throw new StorgoError('INTERNAL', 'A challenge fell outside the book.', { position })
    return { entry, offset }
  })
}

async function show({ entry, view, held, stateIndex }: Shown, offset: number): Promise<Sample | LostSample> {
  const { volumeId, slot, floor } = entry
  const nonce = held?.signed.state.nonce ?? 0n
  if (nonce < floor) {
    const details = { volumeId, slot, nonce, floor }
    return {
      volumeId,
      slot,
      error: new StorgoError('STATE_STALE', `The slot must show state ${floor} or later.`, details),
    }
  }
  const sectors = held?.signed.state.sectors ?? 0
  if (held === undefined || sectors === 0) return { stateIndex, proof: undefined }
  const { sectorIndex, leaf } = challengedLeaf(offset, sectors)
  const version = held === view.latest ? 'latest' : 'certified'
  try {
    const sector = await view.readSector(version, sectorIndex)
    const path = provePath({
      ...{
        sector,
        tree: treeOf(sector),
        sectorRoots: view.sectorRoots(version, sectors),
        slotRoots: held.slotRoots,
        slot,
        sectorIndex,
      },
      ...{ firstLeaf: leaf, lastLeaf: leaf },
    })
    return { stateIndex, proof: { leaf: sector.slice(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES), path } }
  } catch (cause) {
    const details = { volumeId, slot, sector: sectorIndex }
    const error = isStorgoError(cause) ? cause : new StorgoError('INTERNAL', 'Reading failed.', details, { cause })
    return { volumeId, slot, sector: sectorIndex, error }
  }
}

function byVolume(a: BookEntry, b: BookEntry): number {
  return a.volumeId < b.volumeId ? -1 : 1
}
