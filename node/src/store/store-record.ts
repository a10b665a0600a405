import type { Epoch, FreedRun, Receipt, SectorRun } from '@storgo/protocol'
import type { CertifiedState, HeldState, Promised, SlotRef, Version } from './slot-store.ts'

/** A new patch of a sector as it is kept: encrypted, and how many bytes it changes. */
export type RecordedPatch = { patch: number; plainBytes: number; sealed: Uint8Array }

/** A sector's new content as the journal names it. */
export type RecordedSector = {
  root: Uint8Array
  /** `base`: the new patch lies over what the base has; otherwise over this cell ({@link NO_CELL} for zeros). */
  under: 'base' | { cell: number; key: number }
  added?: RecordedPatch
}

/** What the journal holds: everything that ever changes the store, one record each. */
export type StoreRecord =
  /** A fact about the whole store; an empty value takes it back. */
  | { kind: 'meta'; name: string; value: Uint8Array }
  | { kind: 'promise'; ref: SlotRef; promised: Promised }
  | ({
      kind: 'commit'
      ref: SlotRef
      next: HeldState
      certifies?: readonly Receipt[]
      promised: Promised
    } & SectorsRecord & {
        freed: readonly SectorRun[]
        reused: readonly number[]
      })
  | { kind: 'accept'; ref: SlotRef; receipt: Receipt; promised: Promised }
  | ({ kind: 'certify'; ref: SlotRef; receipts: readonly Receipt[] } & EpochRecord)
  | ({ kind: 'adopt'; ref: SlotRef; next: CertifiedState; base: Version; freed: readonly FreedRun[] } & SectorsRecord)
  /** A sector's bytes are in another cell: healed, folded, or encrypted anew. */
  | { kind: 'place'; ref: SlotRef; sector: number; root: Uint8Array; cell: number; key: number }
  | { kind: 'release'; ref: SlotRef; nonce: bigint }
  | { kind: 'drop'; ref: SlotRef }

type EpochRecord = {
  epoch: Epoch
  /** States whose successor was certified before this epoch leave the history. */
  keepSince: Epoch
}

type SectorsRecord = EpochRecord & { staged: ReadonlyMap<number, RecordedSector> }

/** A record about one slot. */
export type SlotRecord = Exclude<StoreRecord, { kind: 'meta' }>
