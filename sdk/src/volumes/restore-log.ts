import { type ErasureCode, equalBytes, SECTOR_BYTES, StorgoError, sectorRoot, volumeRoot } from '@storgo/protocol'
import { LogWriter } from './log-writer.ts'
import type { SlotFrontier } from './slot-frontier.ts'
import type { VolumeReader } from './volume-reader.ts'

export type RestoreLogOptions = {
  code: ErasureCode
  /** Absent for an empty volume. */
  reader: VolumeReader | undefined
  /** Length of the log in bytes, from the head record. */
  tail: number
  /** One per slot, over full stripes at the start of the log; the stripes after them are read. Changed in place. */
  frontiers: SlotFrontier[]
  billedSectors: number
  signal: AbortSignal
}

/**
 * A log writer that goes on where the certified state ends: reads the tail stripe (and the few before it that the
 * stored frontiers do not cover), works out the parity, and checks that all of it has the state's root.
 * @throws {StorgoError} `CATALOG_CORRUPT` if it has not; what {@link VolumeReader.read} throws.
 */
export async function restoreLog(options: RestoreLogOptions): Promise<LogWriter> {
  const { code, reader, tail, frontiers, billedSectors, signal } = options
  const stripeBytes = code.k * SECTOR_BYTES
  let tailStripe = new Uint8Array(stripeBytes)
  let tailRoots: Uint8Array[] | undefined
  for (let offset = (frontiers[0]?.count ?? 0) * stripeBytes; offset < tail; offset += stripeBytes) {
    const length = Math.min(stripeBytes, tail - offset)
    const [bytes] = (await reader?.read([{ offset, length }], signal)) ?? []
    if (!bytes) break
    const stripe = new Uint8Array(stripeBytes)
    stripe.set(bytes)
    const data = Array.from({ length: code.k }, (_, i) => stripe.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES))
    const roots = [...data, ...code.encode(data)].map((sector) => sectorRoot(sector))
    if (length === stripeBytes)
      for (const [slot, frontier] of frontiers.entries()) frontier.append(roots[slot] as Uint8Array)
    else [tailStripe, tailRoots] = [stripe, roots]
  }
  const { sectors, root } = reader?.state ?? { sectors: 0, root: new Uint8Array(32) }
  const slotRoots = new Uint8Array(frontiers.length * 32)
  for (const [slot, frontier] of frontiers.entries()) {
    slotRoots.set(frontier.root(tailRoots?.[slot]) ?? new Uint8Array(32), slot * 32)
  }
  if (sectors !== Math.ceil(tail / stripeBytes) || !equalBytes(volumeRoot(slotRoots, sectors), root)) {
    throw new StorgoError('CATALOG_CORRUPT', 'the log that the head record describes has not the root of its state', {
      sectors,
      tail,
    })
  }
  return new LogWriter({ code, tail, tailStripe, frontiers, billedSectors })
}
