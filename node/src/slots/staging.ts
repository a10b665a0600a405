import { equalBytes, type Patch, StorgoError } from '@storgo/protocol'
import { type Address, bytesToHex } from 'viem'
import { Locks } from '../locks.ts'
import type { SlotRef, SlotStore, SlotView, StagedSector, Version } from '../store/slot-store.ts'

/** An upload that nobody adds to is given up after this long. */
const IDLE_MS = 120_000

export type StagingOptions = {
  store: SlotStore
  /** Most sectors staged for all uploads together; one account may take half of them. */
  maxSectors: number
  nowMs: () => number
}

export type StagedWrite = {
  ref: SlotRef
  /** 16 bytes. */
  upload: Uint8Array
  account: Address
  baseNonce: bigint
  patches: readonly Patch[]
  /** The patches' bytes, one after the other. */
  bulk: Uint8Array
  /** Sectors at and beyond this number are refused. */
  billedSectors: number
}

type Upload = {
  ref: SlotRef
  account: Address
  baseNonce: bigint
  /** Digest of the base; undefined for the empty state. */
  baseDigest: Uint8Array | undefined
  sectors: Map<number, StagedSector>
  patchBytes: number
  lastUsedMs: number
}

/** What a commit takes from an upload. */
export type UploadContent = Pick<Upload, 'baseDigest' | 'sectors'>

/** Patches on their way to a commit: applied to whole sectors on arrival and kept on disk, outside every state. */
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
   * the bounds, `DISK_FULL`.
   */
  write(write: StagedWrite): Promise<number> {
    const beyond = write.patches.find(({ sector }) => sector >= write.billedSectors)
    if (beyond !== undefined) {
      const details = { sector: beyond.sector, billedSectors: write.billedSectors }
      throw new StorgoError(
        'VOLUME_FULL',
        `Sector ${beyond.sector} is beyond the ${write.billedSectors} paid for.`,
        details,
      )
    }
    this.sweep()
    return this.#locks.run(nameOf(write.ref, write.upload), () => this.#apply(write))
  }

  /** Hands an upload to `use` while nothing is added to it; it is over once `use` has resolved. */
  async commit<Result>(
    ref: SlotRef,
    upload: Uint8Array | undefined,
    use: (content: UploadContent | undefined) => Promise<Result>,
  ): Promise<Result> {
    if (upload === undefined) return use(undefined)
    const name = nameOf(ref, upload)
    return this.#locks.run(name, async () => {
      const found = this.#uploads.get(name)
      const result = await use(found)
      this.#uploads.delete(name)
      // Sectors that the commit took are the store's already; it frees only what is still staged.
      if (found !== undefined) this.#options.store.unstage(found.sectors.values())
      return result
    })
  }

  /** Gives up uploads that have been idle too long. */
  sweep(): void {
    const before = this.#options.nowMs() - IDLE_MS
    for (const [name, upload] of this.#uploads) {
      if (upload.lastUsedMs > before || this.#locks.isHeld(name)) continue
      this.#uploads.delete(name)
      this.#options.store.unstage(upload.sectors.values())
    }
  }

  async #apply({ ref, upload: id, account, baseNonce, patches, bulk }: StagedWrite): Promise<number> {
    using view = this.#options.store.view(ref)
    const base = baseOf(view, baseNonce)
    const name = nameOf(ref, id)
    const upload = this.#uploads.get(name) ?? {
      ...{ ref, account, baseNonce, baseDigest: base.digest, sectors: new Map<number, StagedSector>() },
      ...{ patchBytes: 0, lastUsedMs: 0 },
    }
    if (upload.baseNonce !== baseNonce || !sameDigest(upload.baseDigest, base.digest)) {
      throw new StorgoError('STATE_STALE', 'The upload began on another state.', { baseNonce: upload.baseNonce })
    }
    for (const [sector, ofSector] of bySector(patches, bulk)) {
      const before = upload.sectors.get(sector)
      if (before === undefined) this.#assertRoom(account)
      const [{ mode, bytes }] = ofSector
      const content = mode === 'replace' ? bytes : await this.#content(view, base, sector, before)
      const staged = await this.#options.store.stage(patched(content, ofSector))
      upload.sectors.set(sector, staged)
      this.#uploads.set(name, upload)
      if (before !== undefined) this.#options.store.unstage([before])
    }
    upload.patchBytes += bulk.length
    upload.lastUsedMs = this.#options.nowMs()
    return upload.patchBytes
  }

  #content(view: SlotView, base: Base, sector: number, before: StagedSector | undefined): Promise<Uint8Array> {
    if (before !== undefined) return this.#options.store.readStaged(before)
    return view.readSector(base.version, sector, { cached: true })
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
    if (own >= ownMost) {
      throw new StorgoError('PROVIDER_BUSY', `This account has staged ${own} sectors; commit first.`, {
        maxSectors: ownMost,
      })
    }
  }
}

type Base = { version: Version; digest: Uint8Array | undefined }

/** The held state with that nonce; 0 is the empty state, below a first state that nobody has certified. */
function baseOf({ certified, latest }: SlotView, nonce: bigint): Base {
  if (latest?.signed.state.nonce === nonce) return { version: 'latest', digest: latest.digest }
  const certifiedNonce = certified?.signed.state.nonce ?? 0n
  if (certifiedNonce === nonce) return { version: 'certified', digest: certified?.digest }
  const heldNonce = latest?.signed.state.nonce ?? certifiedNonce
  throw new StorgoError('STATE_STALE', `State ${nonce} is not held here.`, {
    baseNonce: nonce,
    heldNonce,
    certifiedNonce,
  })
}

type PatchBytes = Patch & { bytes: Uint8Array }

/** Patches of different sectors do not meet, so only their order within a sector counts. */
function bySector(patches: readonly Patch[], bulk: Uint8Array): Map<number, [PatchBytes, ...PatchBytes[]]> {
  const sectors = new Map<number, [PatchBytes, ...PatchBytes[]]>()
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

/** A copy of the sector with the patches applied; a first patch that replaces it is the sector itself. */
function patched(sector: Uint8Array, patches: readonly PatchBytes[]): Uint8Array {
  const copy = new Uint8Array(sector)
  for (const { mode, offset, bytes } of patches) {
    if (mode === 'replace') continue
    for (let index = 0; index < bytes.length; index++) {
      copy[offset + index] = (copy[offset + index] ?? 0) ^ (bytes[index] ?? 0)
    }
  }
  return copy
}

function sameDigest(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}

function nameOf({ volumeId, slot }: SlotRef, upload: Uint8Array): string {
  return `${volumeId}/${slot}/${bytesToHex(upload)}`
}
