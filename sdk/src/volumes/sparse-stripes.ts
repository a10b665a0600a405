import type { Catalog, SectorRun } from '@storgo/protocol'
import { chunksOf, extentOf, type LiveChunk, stripesOf } from './live-bytes.ts'

/** The stripes to empty in one state, and the chunks that have to be moved out of them. */
export type Emptying = { stripes: ReadonlySet<number>; chunks: readonly LiveChunk[]; moveBytes: number }

/** What a moved chunk costs beside its bytes: a leaf of the catalog is written anew. */
const NODE_BYTES_A_CHUNK = 8 << 10

type SparseOptions = {
  /** Bytes by stripe. */
  live: ReadonlyMap<number, number>
  stripeBytes: number
  /** Which stripes may be freed at all. */
  mayFree: (stripe: number) => boolean
  /** A stripe is sparse below this part of its bytes. */
  sparse: number
  /** Most bytes to move. */
  mostBytes: number
}

/** The first sparse stripes, as many as `mostBytes` allow. */
export async function chooseSparse(
  catalog: Catalog,
  { live, stripeBytes, mayFree, sparse, mostBytes }: SparseOptions,
): Promise<Emptying> {
  const wanted = new Map<number, LiveChunk[]>()
  const nodeBytes = new Map<number, number>()
  let bytes = 0
  // In the order in which they lie: so what is freed is long runs, of which little is lost at the ends.
  for (const [stripe, used] of [...live].toSorted(([a], [b]) => a - b)) {
    if (used >= sparse * stripeBytes || !mayFree(stripe)) continue
    if (bytes + used > mostBytes) break
    bytes += used
    wanted.set(stripe, [])
  }
  if (wanted.size === 0) return { stripes: new Set(), chunks: [], moveBytes: 0 }
  for await (const { ref, entries } of catalog.nodes()) {
    for (const { stripe } of stripesOf(ref, stripeBytes)) {
      if (wanted.has(stripe)) nodeBytes.set(stripe, (nodeBytes.get(stripe) ?? 0) + ref.length)
    }
    for (const chunk of chunksOf(entries)) {
      for (const { stripe } of stripesOf(extentOf(chunk.entry), stripeBytes)) wanted.get(stripe)?.push(chunk)
    }
  }
  return fitting(wanted, nodeBytes, mostBytes)
}

/** A chunk at the edge of a stripe moves as a whole, so a few of the chosen stripes may have to wait. */
function fitting(
  wanted: ReadonlyMap<number, readonly LiveChunk[]>,
  nodeBytes: ReadonlyMap<number, number>,
  mostBytes: number,
): Emptying {
  const stripes = new Set<number>()
  const chunks = new Map<string, LiveChunk>()
  let moveBytes = 0
  let costs = 0
  for (const [stripe, inStripe] of wanted) {
    const more = inStripe.filter((chunk) => !chunks.has(nameOf(chunk)))
    const bytes = more.reduce((sum, { entry }) => sum + entry.sealedBytes, nodeBytes.get(stripe) ?? 0)
    const cost = bytes + more.length * NODE_BYTES_A_CHUNK
    if (costs + cost > mostBytes) continue
    costs += cost
    moveBytes += bytes
    stripes.add(stripe)
    for (const chunk of more) chunks.set(nameOf(chunk), chunk)
  }
  return { stripes, chunks: [...chunks.values()], moveBytes }
}

/** Neighbouring stripes as runs, in rising order. */
export function runsOf(stripes: Iterable<number>): SectorRun[] {
  const runs: SectorRun[] = []
  for (const stripe of [...stripes].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last.first + last.count === stripe) last.count++
    else runs.push({ first: stripe, count: 1 })
  }
  return runs
}

function nameOf({ entry }: LiveChunk): string {
  return String(entry.offset)
}
