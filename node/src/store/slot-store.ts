import type { Receipt, SignedState } from '@storgo/protocol'

/** One of a volume's n places. */
export type SlotRef = { volumeId: bigint; slot: number }

/** A signed state as one slot keeps it. */
export type HeldState = {
  signed: SignedState
  /** 32 bytes: what `parent` and receipts name. */
  digest: Uint8Array
  /** n slot roots of 32 bytes. */
  slotRoots: Uint8Array
  /** At most 4 096 bytes; its hash is `state.head`. */
  headRecord: Uint8Array
  /** This slot's own. */
  receipt: Receipt
}

/** With receipts of at least a write quorum. */
export type CertifiedState = HeldState & { receipts: readonly Receipt[] }

/** Which of the two states a slot can hold at a time. */
export type Version = 'certified' | 'latest'

/** A sector on disk that no state refers to yet. */
export type StagedSector = { readonly cell: number; readonly root: Uint8Array }

export type SlotCommit = {
  next: HeldState
  /** Sector number → its new content; every sector not named is as in the base. */
  staged: ReadonlyMap<number, StagedSector>
  /**
   * Receipts that certify the held uncertified state: `next` builds on that one. Without them `next` builds on the
   * certified state (or on nothing) and takes the place of an uncertified one.
   */
  certifies?: readonly Receipt[] | undefined
}

/** One moment of one slot; what it shows stays readable until it is disposed, whatever is committed meanwhile. */
export interface SlotView extends Disposable {
  readonly certified: CertifiedState | undefined
  /** Newer than `certified`; undefined while there is no uncertified state. */
  readonly latest: HeldState | undefined
  /** The roots of the first `sectors` sectors, 32 bytes each; of zeros where nothing was written. */
  sectorRoots(version: Version, sectors: number): Uint8Array
  /**
   * All bytes of a sector; zeros if it was never written. They must not be changed. With `cached` they may come from
   * memory, without it they come from the disk.
   * @throws {StorgoError} `SECTOR_CORRUPT` if they no longer hash to the root that was recorded.
   */
  readSector(version: Version, sector: number, options?: { cached?: boolean }): Promise<Uint8Array>
}

/**
 * Keeps slots: at most two states of each (the last certified one and a later one) with the sectors of both.
 * Survives a crash at any point with the old state or the new one, wholly. Safe to call concurrently.
 * Every implementation passes `slot-store.conformance.ts`.
 */
export interface SlotStore extends AsyncDisposable {
  /** Slots that hold any state. */
  slots(): Promise<SlotRef[]>
  view(ref: SlotRef): SlotView
  /**
   * Writes `bytes` (1 MiB), which the caller gives away, where only a commit can reach them. A crash frees them.
   * @throws {StorgoError} `DISK_FULL` beyond the capacity or when the disk has no room.
   */
  stage(bytes: Uint8Array): Promise<StagedSector>
  /** The bytes of a staged sector, which must not be changed. */
  readStaged(staged: StagedSector): Promise<Uint8Array>
  /** Gives up staged sectors that were not committed. */
  unstage(staged: Iterable<StagedSector>): void
  /** Durable when it resolves; the staged sectors belong to the slot from then on. If it rejects, nothing changed. */
  commit(ref: SlotRef, commit: SlotCommit): Promise<void>
  /** Durable when it resolves: the held uncertified state is certified by `receipts`. */
  certify(ref: SlotRef, receipts: readonly Receipt[]): Promise<void>
  /** Forgets a slot and frees its sectors. */
  drop(ref: SlotRef): Promise<void>
  /** Counted in sectors: on disk for states (of both versions), staged, and at most of both together. */
  usage(): { stored: number; staged: number; capacity: number }
}
