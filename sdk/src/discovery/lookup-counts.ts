/** What a node looks up, and what others want of it. */
export type LookupKind = 'address' | 'announcement' | 'publish'

export type LookupReport = {
  total: number
  failed: number
  /** Of the last lookups, `undefined` before the first. */
  medianMs: number | undefined
  p99Ms: number | undefined
}

const REMEMBERED = 256

/** Counts lookups and remembers how long the last ones took. */
export class LookupCounts {
  readonly #kinds = new Map<LookupKind, { total: number; failed: number; lastMs: number[] }>()

  add(kind: LookupKind, { ms, found }: { ms: number; found: boolean }): void {
    const counts = this.#kinds.get(kind) ?? { total: 0, failed: 0, lastMs: [] }
    this.#kinds.set(kind, counts)
    counts.total++
    if (!found) counts.failed++
    counts.lastMs.push(ms)
    if (counts.lastMs.length > REMEMBERED) counts.lastMs.shift()
  }

  get report(): Partial<Record<LookupKind, LookupReport>> {
    return Object.fromEntries(
      [...this.#kinds].map(([kind, { total, failed, lastMs }]) => {
        const sorted = lastMs.toSorted((a, b) => a - b)
        const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
        return [kind, { total, failed, medianMs: at(0.5), p99Ms: at(0.99) }]
      }),
    )
  }
}
