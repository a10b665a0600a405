import { type Epoch, SECTOR_BYTES, sectorRoot } from '@storgo/protocol'
import type {
  CertifiedState,
  FreedMark,
  HeldState,
  HistoryEntry,
  Promised,
  SectorPatch,
  SlotAdoption,
  SlotCommit,
  Version,
} from './slot-store.ts'

/** A sector with all its bytes. */
export type ModelSector = { bytes: Uint8Array; root: Uint8Array; changed: bigint; freed: FreedMark | undefined }
export type ModelState<Held> = { held: Held; sectors: readonly ModelSector[] }

const ZEROS: ModelSector = {
  ...{ bytes: new Uint8Array(SECTOR_BYTES), root: sectorRoot(new Uint8Array(SECTOR_BYTES)) },
  ...{ changed: 0n, freed: undefined },
}

/** A sector's new bytes, as the test that staged them knows them. */
export type ModelContent = { bytes: Uint8Array; root: Uint8Array }

/** What one slot holds, in memory, each change a fresh copy: slow and obvious. */
export class ModelSlot {
  readonly certified: ModelState<CertifiedState> | undefined
  readonly latest: ModelState<HeldState> | undefined
  readonly promised: Promised
  readonly releasedNonce: bigint
  /** Newest first. */
  readonly history: readonly HistoryEntry[]

  constructor(fields: Partial<ModelSlot> = {}) {
    this.certified = fields.certified
    this.latest = fields.latest
    this.promised = fields.promised ?? { term: 0n, pen: new Uint8Array(16) }
    this.releasedNonce = fields.releasedNonce ?? 0n
    this.history = fields.history ?? []
  }

  sectorsOf(version: Version): readonly ModelSector[] {
    return (version === 'latest' ? (this.latest ?? this.certified) : this.certified)?.sectors ?? []
  }

  promise(promised: Promised): ModelSlot {
    return this.#with({ promised })
  }

  release(nonce: bigint): ModelSlot {
    return this.#with({ releasedNonce: nonce > this.releasedNonce ? nonce : this.releasedNonce })
  }

  accept(receipt: HeldState['receipt'], promised: Promised): ModelSlot {
    const { held, sectors } = this.latest!
    return this.#with({ latest: { held: { ...held, receipt }, sectors }, promised })
  }

  certify(receipts: CertifiedState['receipts'], epoch: Epoch, retention: number): ModelSlot {
    const { held, sectors } = this.latest!
    const certified = { held: { ...held, receipts }, sectors }
    return this.#with({ certified, latest: undefined, history: this.#historyWith(certified.held, epoch, retention) })
  }

  commit(commit: SlotCommit, contents: ReadonlyMap<number, ModelContent>, retention: number): ModelSlot {
    const { next, certifies, promised, freed, reused, epoch } = commit
    const on = certifies === undefined ? this : this.certify(certifies, epoch, retention)
    const { nonce } = next.signed.state
    const sectors = changed(on.sectorsOf('certified'), next, contents)
    for (const { first, count } of freed) {
      for (let stripe = first; stripe < first + count; stripe++) mark(sectors, stripe, { epoch, nonce })
    }
    for (const stripe of reused) mark(sectors, stripe, 'reused')
    return on.#with({ latest: { held: next, sectors }, promised })
  }

  adopt(adoption: SlotAdoption, contents: ReadonlyMap<number, ModelContent>, retention: number): ModelSlot {
    const { next, base, freed, epoch } = adoption
    const sectors = changed(this.sectorsOf(base), next, contents)
    for (const sector of contents.keys()) if (sectors[sector]?.freed !== undefined) mark(sectors, sector, 'reused')
    for (const { first, count, ...since } of freed) {
      for (let stripe = first; stripe < first + count; stripe++) {
        mark(sectors, stripe, { epoch: since.epoch, nonce: since.nonce })
      }
    }
    const history = this.#historyWith(next, epoch, retention)
    return this.#with({ certified: { held: next, sectors }, latest: undefined, history })
  }

  #historyWith({ signed, receipts, headRecord }: CertifiedState, epoch: Epoch, retention: number): HistoryEntry[] {
    const entry = { certificate: { signed, receipts }, headRecord, epoch }
    const all = [entry, ...this.history.filter((past) => past.epoch !== epoch)].sort((a, b) => b.epoch - a.epoch)
    // An entry stays while the one after it is not older than the retention; this epoch's stays in any case.
    return all.filter((past, at) => past === entry || at === 0 || all[at - 1]!.epoch >= epoch - retention)
  }

  #with(fields: Partial<ModelSlot>): ModelSlot {
    return new ModelSlot({ ...this, ...fields })
  }
}

/** The bytes of a sector with patches. */
export function contentWith(bytes: Uint8Array, patches: readonly SectorPatch[]): ModelContent {
  const next = bytes.slice()
  for (const patch of patches) for (const [at, byte] of patch.bytes.entries()) next[patch.offset + at]! ^= byte
  return { bytes: next, root: sectorRoot(next) }
}

function changed(
  base: readonly ModelSector[],
  { signed }: HeldState,
  contents: ReadonlyMap<number, ModelContent>,
): ModelSector[] {
  const { sectors, nonce } = signed.state
  return Array.from({ length: sectors }, (_, sector) => {
    const before = base[sector] ?? ZEROS
    const content = contents.get(sector)
    return content === undefined ? before : { ...before, ...content, changed: nonce }
  })
}

function mark(sectors: ModelSector[], stripe: number, freed: FreedMark): void {
  const sector = sectors[stripe]
  if (sector !== undefined) sectors[stripe] = { ...sector, freed }
}
