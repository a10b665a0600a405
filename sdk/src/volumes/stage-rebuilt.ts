import { type ErasureCode, SECTOR_BYTES, type State } from '@storgo/protocol'
import type { SectorPatch } from './log-writer.ts'
import { readLeaves } from './read-leaves.ts'
import { rebuildSectors } from './rebuild-sectors.ts'
import type { SlotLink } from './slot-link.ts'

const WRITE_MS = 30_000

export type StageRebuiltOptions = {
  /** The slot that lacks the state. */
  link: SlotLink
  code: ErasureCode
  /** The state that the slot holds; absent for the empty one. */
  base: State | undefined
  /** The state whose sectors it gets. */
  state: State
  /** Which may differ between the two. */
  sectors: readonly number[] | 'all'
  /** Slots that hold `state`, at least k. */
  holders: readonly SlotLink[]
  upload: Uint8Array
  pen: Uint8Array
  signal: AbortSignal
}

/** Sends a slot what it lacks of a state that at least k others hold. @returns whether that was anything. */
export async function stageRebuilt(options: StageRebuiltOptions): Promise<boolean> {
  const { link, code, base, state, holders, upload, pen, signal } = options
  const sectors = options.sectors === 'all' ? Array.from({ length: state.sectors }, (_, i) => i) : options.sectors
  const before = (sector: number) => readBefore(options, sector)
  let staged = false
  for await (const rebuilt of rebuildSectors({ code, state, slot: link.slot, links: holders, sectors, signal })) {
    const place = { parity: link.slot >= code.k, last: rebuilt.sector + 1 === base?.sectors }
    const patch = patchOf(rebuilt.sector, await before(rebuilt.sector), rebuilt.bytes, place)
    if (!patch) continue
    staged = true
    const write = { upload, pen, baseNonce: base?.nonce ?? 0n, patches: [patch] }
    await link.write(write, { timeoutMs: WRITE_MS, signal })
  }
  return staged
}

/** What the slot has there; `undefined` where its state does not reach to. */
function readBefore(
  { link, code, base, signal }: StageRebuiltOptions,
  sector: number,
): Promise<Uint8Array> | undefined {
  if (!base || sector >= base.sectors) return undefined
  const range = { slot: link.slot, sector, offset: 0, length: SECTOR_BYTES }
  return readLeaves({ link, state: base, n: code.k + code.m, range }, { signal, timeoutMs: WRITE_MS })
}

/**
 * The change of a sector that slots take from an appending writer: bytes that were not there go as XOR; where written bytes
 * change, its stripe was freed and is used again, and all of it goes as fresh. Parity changes only in the last stripe, and
 * in stripes that are used again.
 */
function patchOf(
  sector: number,
  before: Uint8Array | undefined,
  after: Uint8Array,
  { parity, last }: { parity: boolean; last: boolean },
): SectorPatch | undefined {
  if (!before || before.every((byte) => byte === 0)) {
    return after.every((byte) => byte === 0) ? undefined : { sector, offset: 0, bytes: after, mode: 'replace' }
  }
  const change = after.map((byte, i) => byte ^ (before[i] ?? 0))
  const from = change.findIndex((byte) => byte !== 0)
  if (from < 0) return undefined
  const to = change.findLastIndex((byte) => byte !== 0) + 1
  const appended = parity ? last : before.subarray(from, to).every((byte, i) => byte === 0 || change[from + i] === 0)
  if (appended) return { sector, offset: from, bytes: change.subarray(from, to), mode: 'xor' }
  const end = after.findLastIndex((byte) => byte !== 0) + 1
  return { sector, offset: 0, bytes: after.subarray(0, end), mode: 'fresh' }
}
