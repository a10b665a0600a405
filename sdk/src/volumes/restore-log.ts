import {
  decodeFreeRuns,
  decodeRootsCover,
  equalBytes,
  FREE_RUNS_KEY,
  ROOTS_KEY,
  SECTOR_BYTES,
  StorgoError,
  sectorRoot,
  volumeRoot,
} from '@storgo/protocol'
import { FreeStripes } from './free-stripes.ts'
import { LogWriter, type LogWriterOptions } from './log-writer.ts'
import { type LogPlace, placeOfLog } from './place-of-log.ts'
import { StripeFill } from './stripe-fill.ts'
import { StripeMemory } from './stripe-memory.ts'
import { type ReadEntry, StripeRoots } from './stripe-roots.ts'

/** With one data slot the largest sealed chunk is a little larger than a stripe. */
const FEWEST_STRIPES = { one: 2, more: 1 }

export type RestoreLogOptions = Pick<LogWriterOptions, 'code' | 'tail' | 'read' | 'billedSectors'> & {
  /** The certified state; all zero for an empty volume. */
  state: { sectors: number; root: Uint8Array }
  /** Where the catalog's root ends: the last that was written. Absent while there is no catalog. */
  end: number | undefined
  /** Reads the catalog: of the certified version, whichever that is at the time. */
  entry: ReadEntry
}

/**
 * A log writer that goes on where the certified state ends. Of the stripes it reads those that the catalog's rows of roots do
 * not cover: mostly one, the last that was written to. Works out their parity, and checks that all of it has the state's root.
 * @throws {StorgoError} `CATALOG_CORRUPT` if it has not; what reading throws.
 */
export async function restoreLog(options: RestoreLogOptions): Promise<LogWriter> {
  const { code, tail, read, billedSectors, state, entry } = options
  const stripeBytes = code.k * SECTOR_BYTES
  const cover = decodeRootsCover(await entry(ROOTS_KEY))
  const runs = decodeFreeRuns(await entry(FREE_RUNS_KEY))
  const fewest = code.k === 1 ? FEWEST_STRIPES.one : FEWEST_STRIPES.more
  const free = new FreeStripes(runs, { fewest })
  const place = placeOfLog({ cover, free, end: options.end, tail, stripeBytes })
  const roots = new StripeRoots({ n: code.k + code.m, stripes: cover.covered, read: entry })
  const fill = await readUncovered(place, { ...options, stripeBytes, roots })
  const slotRoots = await roots.slotRoots()
  if (state.sectors !== roots.stripes || !equalBytes(volumeRoot(slotRoots, state.sectors), state.root)) {
    const { sectors } = state
    const message = 'the log that the head record describes has not the root of its state'
    throw new StorgoError('CATALOG_CORRUPT', message, { sectors, tail })
  }
  return new LogWriter({ code, tail, roots, free, region: place.region, fill, read, billedSectors })
}

/** Sets the roots of the stripes that may have changed after the rows were written. @returns the one to go on in. */
async function readUncovered(
  { uncovered, position }: LogPlace,
  { code, tail, read, stripeBytes, roots }: RestoreLogOptions & { stripeBytes: number; roots: StripeRoots },
): Promise<StripeFill | undefined> {
  const memory = new StripeMemory(code)
  let fill: StripeFill | undefined
  for (const stripe of uncovered) {
    const offset = stripe * stripeBytes
    const room = memory.take()
    room.bytes.set(await read({ offset, length: Math.min(stripeBytes, tail - offset) }))
    const data = Array.from({ length: code.k }, (_, i) => room.bytes.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES))
    const sectorRoots = [...data, ...code.encode(data)].map((sector) => sectorRoot(sector))
    const isOpen = offset < position && position < offset + stripeBytes
    await roots.set(stripe, sectorRoots, !isOpen)
    if (isOpen) fill = new StripeFill({ code, stripe, room, filled: position - offset, reused: false })
  }
  return fill
}
