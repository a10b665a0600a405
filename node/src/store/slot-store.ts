import type { Certificate, Epoch, FreedRun, Receipt, SectorRun, SignedState } from '@storgo/protocol'

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
  /** This slot's own; its term is the ballot under which the slot took the state. */
  receipt: Receipt
}

/** With receipts of at least a write quorum. */
export type CertifiedState = HeldState & { receipts: readonly Receipt[] }

/** Which of the two states a slot can hold at a time. */
export type Version = 'certified' | 'latest'

/** The highest ballot that a slot has promised, and the 16 bytes that name its writer. Term 0 and zeros: none yet. */
export type Promised = { term: bigint; pen: Uint8Array }

/** Bytes to XOR onto a sector from `offset` on. */
export type SectorPatch = { offset: number; bytes: Uint8Array }

/** A whole sector on disk that no state refers to yet. */
export type StagedCell = { readonly kind: 'cell'; readonly cell: number; readonly root: Uint8Array }

/**
 * A sector's new content, whose root the caller has computed: a staged cell, patches onto what the base has there
 * (`patch`), or patches onto zeros (`fresh`; without any patch it is a sector of zeros, which takes no room).
 */
export type StagedSector =
  | StagedCell
  | { readonly kind: 'patch' | 'fresh'; readonly patches: readonly SectorPatch[]; readonly root: Uint8Array }

/** A sector of a slot. */
export type SectorRef = { ref: SlotRef; sector: number }

export type SlotCommit = {
  next: HeldState
  /** Sector number → its new content; every sector not named is as in the base. */
  staged: ReadonlyMap<number, StagedSector>
  /**
   * Receipts that certify the held uncertified state: `next` builds on that one. Without them `next` builds on the
   * certified state (or on nothing) and takes the place of an uncertified one.
   */
  certifies?: readonly Receipt[] | undefined
  /** What the slot has promised once it holds `next`. */
  promised: Promised
  /** Stripes that `next` frees. */
  freed: readonly SectorRun[]
  /** Freed stripes that `next` begins to use again. */
  reused: readonly number[]
  /** The current one. */
  epoch: Epoch
}

/** A certified state that the slot takes over from its co-slots. */
export type SlotAdoption = {
  next: CertifiedState
  /** Sector number → its content in `next`; every sector not named is as in `base`. */
  staged: ReadonlyMap<number, StagedSector>
  base: Version
  /** Stripes freed since the base. Staged ones among those freed before count as used again. */
  freed: readonly FreedRun[]
  epoch: Epoch
}

/** The last certified state of an epoch. */
export type HistoryEntry = { certificate: Certificate; headRecord: Uint8Array; epoch: Epoch }

/** Whether a stripe is free: since when, or used again after it was. */
export type FreedMark = { epoch: Epoch; nonce: bigint } | 'reused'

/** One moment of one slot; what it shows stays readable until it is disposed, whatever is committed meanwhile. */
export interface SlotView extends Disposable {
  readonly certified: CertifiedState | undefined
  /** Newer than `certified`; undefined while there is no uncertified state. */
  readonly latest: HeldState | undefined
  readonly promised: Promised
  /** Stripes freed by states up to this nonce are released: they may be used again before their retention is over. */
  readonly releasedNonce: bigint
  /** The roots of the first `sectors` sectors, 32 bytes each; of zeros where nothing was written. */
  sectorRoots(version: Version, sectors: number): Uint8Array
  /**
   * All bytes of a sector; zeros if it was never written. They must not be changed. With `cached` they may come from
   * memory, without it they come from the disk.
   * @throws {StorgoError} `SECTOR_CORRUPT` if they cannot be read or no longer hash to the root that was recorded.
   */
  readSector(version: Version, sector: number, options?: { cached?: boolean }): Promise<Uint8Array>
  /** Bytes of the newest content of a sector that are kept as patches; {@link MAX_UNFOLDED_BYTES} at most. */
  unfoldedBytes(sector: number): number
  /** The sectors whose content was last changed by a state after `nonce`, as runs in increasing order. */
  changedSince(nonce: bigint, version: Version): SectorRun[]
  freedAt(stripe: number, version?: Version): FreedMark | undefined
  /** The stripes that are free, freed by states after `nonce`, as runs in increasing order. */
  freedSince(nonce: bigint, version?: Version): FreedRun[]
  /** Certified states of epochs whose retention lasts, the present one included; newest first. */
  history(): HistoryEntry[]
}

/** Patches of more bytes to one sector are better staged as a whole cell; a commit does so by itself. */
export const MAX_PATCH_BYTES = 65_536
/** Patches of one sector that add up to more are folded into a cell. */
export const MAX_UNFOLDED_BYTES = 262_144

/** What a disk still does. */
export type StoreHealth = {
  /** False for good once a write or a sync of the journal or of a cell has failed in this process. */
  writable: boolean
  /** False while nothing can be read: a node for which that lasts should stop. */
  readable: boolean
  reason?: string
  /** Why there is no room, while there is none: sectors are refused, promises and certificates are not. */
  full?: string
}

/**
 * Keeps slots: at most two states of each (the last certified one and a later one) with the sectors of both.
 * Survives a crash at any point with the old state or the new one, wholly. Safe to call concurrently.
 * Whatever changes something is durable when it resolves; if it rejects with `DISK_FULL` or `INTERNAL` nothing changed; after
 * `STORE_READ_ONLY` the next process finds it done wholly or not at all, and this one shows what was before.
 * Every implementation passes `slot-store.conformance.ts`.
 */
export interface SlotStore extends AsyncDisposable {
  /** Slots that hold any state or have promised anything. */
  slots(): Promise<SlotRef[]>
  view(ref: SlotRef): SlotView
  /**
   * Writes `bytes` (1 MiB), which the caller gives away, where only a commit can reach them. A crash frees them.
   * @throws {StorgoError} `DISK_FULL` beyond the capacity or when the disk has no room; `STORE_READ_ONLY`.
   */
  stage(bytes: Uint8Array): Promise<StagedCell>
  /** The bytes of a staged cell, which must not be changed. */
  readStaged(staged: StagedCell): Promise<Uint8Array>
  /** Gives up staged sectors that were not committed. */
  unstage(staged: Iterable<StagedSector>): void
  /** The slot has promised a ballot. */
  promise(ref: SlotRef, promised: Promised): Promise<void>
  /** The slot holds another state; the staged cells belong to it from then on. */
  commit(ref: SlotRef, commit: SlotCommit): Promise<void>
  /** The held uncertified state has another receipt, of a higher term. */
  accept(ref: SlotRef, receipt: Receipt, promised: Promised): Promise<void>
  /** The held uncertified state is certified by `receipts`. */
  certify(ref: SlotRef, receipts: readonly Receipt[], epoch: Epoch): Promise<void>
  /** The slot holds a certified state that others gave it, and no uncertified one. */
  adopt(ref: SlotRef, adoption: SlotAdoption): Promise<void>
  /**
   * Puts a staged cell in the place of a sector that can no longer be read, wherever its root is the same.
   * @returns whether any of the states has a sector of that root there; if not the cell is unstaged.
   */
  heal(ref: SlotRef, sector: number, staged: StagedCell): Promise<boolean>
  /** Stripes freed by states up to `nonce` are released. */
  release(ref: SlotRef, nonce: bigint): Promise<void>
  /** Forgets a slot and frees its sectors. */
  drop(ref: SlotRef): Promise<void>
  /** Counted in sectors: on disk for states (of both versions), staged, and at most of both together. */
  usage(): { stored: number; staged: number; capacity: number }
  health(): StoreHealth
  /** Asks the disk whether it still reads and writes, and lets `health` know. */
  probe(): Promise<void>
  /** Reads every sector once, no faster than that, and tells of those that are corrupt. Resolves at the end or when aborted. */
  scrub(options: ScrubOptions): Promise<void>
  /**
   * Encrypts with a new key from now on, rewrites what older ones encrypted, no faster than that, and forgets those. Takes up a
   * rotation that was interrupted. Rejects when aborted; then both keys stay.
   */
  rotateKey(options: RotateOptions): Promise<void>
}

export type RotateOptions = { signal: AbortSignal; bytesPerSecond: number }

export type ScrubOptions = {
  signal: AbortSignal
  bytesPerSecond: number
  onCorrupt: (sector: SectorRef) => void
}
