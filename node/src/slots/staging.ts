import { equalBytes, type Patch, StorgoError } from '@storgo/protocol'
import { type Address, bytesToHex } from 'viem'
import { Locks } from '../locks.ts'
import { MAX_PATCH_BYTES, type SlotRef, type SlotStore } from '../store/slot-store.ts'
import { addPatch, cellsOfDraft, type DraftSector, draftFor, moveToCell, patched, readUnder } from './draft-sector.ts'
import { type Base, baseOf, sameDigest } from './upload-base.ts'

/** An upload that nobody adds to is given up after this long. */
const IDLE_MS = 120_000
/** Memory that the patches of an upload, and those of all uploads, may take; what is more becomes cells. */
const MAX_UPLOAD_PATCH_BYTES = 1 << 20
const MAX_ALL_PATCH_BYTES = 32 << 20

export type StagingOptions = {
  store: SlotStore
  /** Most sectors staged for all uploads together; one account may take half of them. Read at every write. */
  readonly maxSectors: number
  nowMs: () => number
}

export type StagedWrite = {
  ref: SlotRef
  /** 16 bytes. */
  upload: Uint8Array
  /** 16 bytes: the writer's. */
  pen: Uint8Array
  account: Address
  baseNonce: bigint
  patches: readonly Patch[]
  /** The patches' bytes, one after the other. */
  bulk: Uint8Array
  /** Sectors at and beyond this number are refused. */
  billedSectors: number
  signal: AbortSignal
}

type Upload = {
  slot: string
  pen: Uint8Array
  account: Address
  baseNonce: bigint
  /** Digest of the base; undefined for the empty state. */
  baseDigest: Uint8Array | undefined
  sectors: Map<number, DraftSector>
  writtenBytes: number
  lastUsedMs: number
}

/** What a commit takes from an upload. */
export type UploadContent = Pick<Upload, 'baseDigest' | 'sectors'>

/** Patches on their way to a commit, outside every state: small ones in memory, larger ones in cells on disk. */
export class Staging {
  readonly #options: StagingOptions
  readonly #uploads = new Map<string, Upload>()
  readonly #locks = new Locks()

  constructor(options: StagingOptions) {
    this.#options = options
  }

  /**
   * Applies patches in order.
   *
   * @returns the patch bytes of the upload so far.
   * @throws {StorgoError} `VOLUME_FULL` beyond the billed sectors, `STATE_STALE` if the base is not held, `PROVIDER_BUSY` over
   * the bounds, `DISK_FULL`, `REQUEST_INVALID` for patches of one sector that do not go together.
   */
  write(write: StagedWrite): Promise<number> {
    const { billedSectors } = write
    const beyond = write.patches.find(({ sector }) => sector >= billedSectors)
    if (beyond !== undefined) {
      const { sector } = beyond
      const details = { sector, billedSectors }
      throw new StorgoError('VOLUME_FULL', `Sector ${sector} is beyond the ${billedSectors} paid for.`, details)
    }
    this.sweep()
    return this.#locks.run(uploadName(write.ref, write.upload), () => this.#apply(write))
  }

  /** Hands an upload to `use` while nothing is added to it; it is over once `use` has resolved. */
  async commit<Result>(
    ref: SlotRef,
    upload: Uint8Array | undefined,
    use: (content: UploadContent | undefined) => Promise<Result>,
  ): Promise<Result> {
    if (upload === undefined) return use(undefined)
    const name = uploadName(ref, upload)
    return this.#locks.run(name, async () => {
      const result = await use(this.#uploads.get(name))
      // Cells that the commit took are the store's already; it frees only what is still staged.
      this.#giveUp(name)
      return result
    })
  }

  /** Gives up uploads that have been idle too long. */
  sweep(): void {
    const before = this.#options.nowMs() - IDLE_MS
    for (const [name, upload] of this.#uploads) if (upload.lastUsedMs <= before) this.#giveUpUnlessInUse(name)
  }

  /** Gives up the slot's uploads of all pens but `own`: who has lost the pen cannot commit them any more. */
  giveUpOthers(ref: SlotRef, own: Uint8Array): void {
    const slot = slotName(ref)
    for (const [name, upload] of this.#uploads) {
      if (upload.slot === slot && !equalBytes(upload.pen, own)) this.#giveUpUnlessInUse(name)
    }
  }

  #giveUpUnlessInUse(name: string): void {
    if (!this.#locks.isHeld(name)) this.#giveUp(name)
  }

  #giveUp(name: string): void {
    const upload = this.#uploads.get(name)
    this.#uploads.delete(name)
    for (const draft of upload?.sectors.values() ?? []) this.#options.store.unstage(cellsOfDraft(draft))
  }

  async #apply(write: StagedWrite): Promise<number> {
    const { ref, patches, bulk, signal } = write
    using view = this.#options.store.view(ref)
    const base = baseOf(view, write.baseNonce)
    const upload = this.#uploadFor(write, base)
    for (const [sector, ofSector] of bySector(patches, bulk)) {
      signal.throwIfAborted()
      if (!upload.sectors.has(sector)) this.#assertRoom(write.account)
      for (const patch of ofSector) {
        await this.#add(upload, patch)
        this.#uploads.set(uploadName(ref, write.upload), upload)
      }
      const draft = upload.sectors.get(sector)
      if (draft !== undefined && this.#isTooLarge(upload, draft)) {
        const under = await readUnder(this.#options.store, { view, version: base.version, sector, draft })
        await moveToCell(this.#options.store, draft, patched(under, draft.patches))
      }
    }
    upload.writtenBytes += bulk.length
    upload.lastUsedMs = this.#options.nowMs()
    return upload.writtenBytes
  }

  #uploadFor({ ref, upload: id, pen, account, baseNonce }: StagedWrite, { digest }: Base): Upload {
    const upload = this.#uploads.get(uploadName(ref, id)) ?? {
      ...{ slot: slotName(ref), pen, account, baseNonce, baseDigest: digest, sectors: new Map<number, DraftSector>() },
      ...{ writtenBytes: 0, lastUsedMs: this.#options.nowMs() },
    }
    if (upload.baseNonce !== baseNonce || !sameDigest(upload.baseDigest, digest)) {
      throw new StorgoError('STATE_STALE', 'The upload began on another state.', { baseNonce: upload.baseNonce })
    }
    return upload
  }

  async #add({ sectors }: Upload, { sector, mode, offset, bytes }: PatchBytes): Promise<void> {
    const before = sectors.get(sector)
    if (mode === 'replace') {
      const draft: DraftSector = before ?? { mode, under: 'zeros', patches: [], patchBytes: 0 }
      // A whole sector is all that a request can carry: its bytes are nobody else's, and the store may keep them.
      await moveToCell(this.#options.store, draft, bytes)
      sectors.set(sector, Object.assign(draft, { mode }))
      return
    }
    const draft = draftFor(before, mode, sector)
    addPatch(draft, { offset, bytes })
    sectors.set(sector, draft)
  }

  #isTooLarge(upload: Upload, { patchBytes }: DraftSector): boolean {
    if (patchBytes === 0) return false
    if (patchBytes > MAX_PATCH_BYTES || patchBytesOf(upload) > MAX_UPLOAD_PATCH_BYTES) return true
    return sumOf(this.#uploads.values(), patchBytesOf) > MAX_ALL_PATCH_BYTES
  }

  #assertRoom(account: Address): void {
    const { maxSectors } = this.#options
    let all = 0
    let own = 0
    for (const upload of this.#uploads.values()) {
      all += upload.sectors.size
      if (upload.account === account) own += upload.sectors.size
    }
    if (all >= maxSectors) throw new StorgoError('PROVIDER_BUSY', 'Too many sectors are staged here.', { maxSectors })
    const ownMost = Math.ceil(maxSectors / 2)
    if (own < ownMost) return
    const details = { maxSectors: ownMost }
    throw new StorgoError('PROVIDER_BUSY', `This account has staged ${own} sectors; commit first.`, details)
  }
}

function patchBytesOf({ sectors }: Upload): number {
  return sumOf(sectors.values(), ({ patchBytes }) => patchBytes)
}

function sumOf<Item>(items: Iterable<Item>, amountOf: (item: Item) => number): number {
  let sum = 0
  for (const item of items) sum += amountOf(item)
  return sum
}

type PatchBytes = Patch & { bytes: Uint8Array }

/** Patches of different sectors do not meet, so only their order within a sector counts. */
function bySector(patches: readonly Patch[], bulk: Uint8Array): Map<number, PatchBytes[]> {
  const sectors = new Map<number, PatchBytes[]>()
  let at = 0
  for (const patch of patches) {
    const bytes = bulk.subarray(at, at + patch.length)
    at += patch.length
    const before = sectors.get(patch.sector)
    // What comes before a whole new sector no longer matters.
    if (before === undefined || patch.mode === 'replace') sectors.set(patch.sector, [{ ...patch, bytes }])
    else before.push({ ...patch, bytes })
  }
  return sectors
}

function slotName({ volumeId, slot }: SlotRef): string {
  return `${volumeId}/${slot}`
}

function uploadName(ref: SlotRef, upload: Uint8Array): string {
  return `${slotName(ref)}/${bytesToHex(upload)}`
}
