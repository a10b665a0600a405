import {
  type Catalog,
  CHUNK_KEYS,
  type ChunkEntry,
  decodeChunkEntry,
  type Extent,
  type LeafEntry,
} from '@storgo/protocol'

/** A chunk that no file names is kept this long, so that an interrupted put finds it again. */
const KEEP_UNNAMED_SECONDS = 24 * 3600

/** A chunk of the catalog; `digest` names it. */
export type LiveChunk = { digest: Uint8Array; entry: ChunkEntry }

/** What lives in a volume's log. */
export type LiveBytes = {
  /** Bytes by stripe: of chunks that are named or young, and of the catalog's nodes. Stripes with none are absent. */
  byStripe: ReadonlyMap<number, number>
  /** Chunks that nobody has named for a day: what an interrupted put left. They do not count. */
  leftOver: readonly LiveChunk[]
}

/** Most left-over chunks found at a time. */
const MOST_LEFT_OVER = 10_000

/** Adds up what lives where, by one walk over the catalog. */
export async function liveBytesOf(
  catalog: Catalog,
  { stripeBytes, nowSeconds, signal }: { stripeBytes: number; nowSeconds: number; signal: AbortSignal },
): Promise<LiveBytes> {
  const byStripe = new Map<number, number>()
  const leftOver: LiveChunk[] = []
  const add = (extent: Extent) => {
    for (const { stripe, bytes } of stripesOf(extent, stripeBytes)) {
      byStripe.set(stripe, (byStripe.get(stripe) ?? 0) + bytes)
    }
  }
  for await (const { ref, entries } of catalog.nodes()) {
    signal.throwIfAborted()
    add(ref)
    for (const chunk of chunksOf(entries)) {
      if (isLeftOver(chunk.entry, nowSeconds) && leftOver.length < MOST_LEFT_OVER) leftOver.push(chunk)
      else add(extentOf(chunk.entry))
    }
  }
  return { byStripe, leftOver }
}

/** The chunks of a leaf of the catalog. */
export function chunksOf(entries: readonly LeafEntry[]): LiveChunk[] {
  return entries
    .filter(({ key }) => key[0] === CHUNK_KEYS[0])
    .map(({ key, value }) => ({ digest: key.subarray(1), entry: decodeChunkEntry(value) }))
}

export function extentOf({ offset, sealedBytes }: ChunkEntry): Extent {
  return { offset, length: sealedBytes }
}

/** The stripes that an extent lies in, and how much of it in each. */
export function stripesOf({ offset, length }: Extent, stripeBytes: number): { stripe: number; bytes: number }[] {
  const first = Math.floor(offset / stripeBytes)
  const last = Math.floor((offset + length - 1) / stripeBytes)
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const start = Math.max(offset, (first + i) * stripeBytes)
    const end = Math.min(offset + length, (first + i + 1) * stripeBytes)
    return { stripe: first + i, bytes: end - start }
  })
}

function isLeftOver({ refs, sinceSeconds = 0 }: ChunkEntry, nowSeconds: number): boolean {
  return refs === 0 && sinceSeconds + KEEP_UNNAMED_SECONDS <= nowSeconds
}
