import { type Epoch, type FreedRun, MAX_FREE_RUNS, type SectorRun } from '@storgo/protocol'

/** Epochs that slots may be ahead of or behind each other when they note what a state freed. */
const MARGIN_EPOCHS = 1
/** Marks a run as free for use. */
const OPEN = { nonce: 0n, epoch: 0 as Epoch }

/**
 * The stripes of a volume in which nothing lives: free for use, or kept for the retention time after the state that freed
 * them. Runs are in rising order; neighbours that are alike are one run.
 */
export class FreeStripes {
  readonly #fewest: number
  #runs: FreedRun[]

  /** @param fewest stripes that a run needs to be of use: the largest thing that is appended must fit. */
  constructor(runs: readonly FreedRun[], { fewest }: { fewest: number }) {
    this.#runs = joined(runs)
    this.#fewest = fewest
  }

  /** All runs, as the catalog keeps them: nonce and epoch 0 for those that are free for use. */
  get runs(): readonly FreedRun[] {
    return this.#runs
  }

  /** Stripes that may be used now. */
  get usable(): number {
    return total(this.#usableRuns())
  }

  /** Runs that may be used now, in the order in which {@link take} gives them. */
  get usableRuns(): readonly SectorRun[] {
    return this.#usableRuns()
  }

  /** Stripes that are kept back. */
  get retained(): number {
    return total(this.#runs.filter(isRetained))
  }

  has(stripe: number): boolean {
    return this.#runs.some(({ first, count }) => first <= stripe && stripe < first + count)
  }

  /** Takes the first run that may be used, for writing. */
  take(): SectorRun | undefined {
    const [run] = this.#usableRuns()
    if (run) this.#runs = this.#runs.filter((other) => other !== run)
    return run && { first: run.first, count: run.count }
  }

  /** Puts back what {@link take} gave and nothing was written to. */
  giveBack(run: SectorRun): void {
    this.#runs = joined([...this.#runs, { ...run, ...OPEN }])
  }

  /**
   * Adds what the state `nonce` frees in `epoch`. Of more runs than the catalog keeps the shortest are left out: nothing is
   * lost by that, they can be freed again.
   * @returns the runs that were added, in rising order.
   */
  add(runs: readonly SectorRun[], { nonce, epoch }: { nonce: bigint; epoch: Epoch }): SectorRun[] {
    const room = MAX_FREE_RUNS - this.#runs.length
    const largest = runs.toSorted((a, b) => b.count - a.count).slice(0, Math.max(0, room))
    const added = largest.toSorted((a, b) => a.first - b.first)
    this.#runs = joined([...this.#runs, ...added.map(({ first, count }) => ({ first, count, nonce, epoch }))])
    return added
  }

  /** Undoes {@link add}: the state `nonce` was not made. */
  takeBack(nonce: bigint): void {
    this.#runs = this.#runs.filter((run) => run.nonce !== nonce)
  }

  /** The slots have taken the wallet's release of what states up to `nonce` freed. */
  release(nonce: bigint): void {
    this.#open((run) => run.nonce <= nonce)
  }

  /** Frees for use what every slot must have let go of by `epoch`. */
  expire(epoch: Epoch, retentionEpochs: number): void {
    this.#open((run) => run.epoch + retentionEpochs + MARGIN_EPOCHS < epoch)
  }

  /** The first epoch in which something more may be used, if something is kept back. */
  nextUsable(retentionEpochs: number): Epoch | undefined {
    const epochs = this.#runs.filter(isRetained).map(({ epoch }) => epoch)
    if (epochs.length === 0) return undefined
    return (Math.min(...epochs) + retentionEpochs + MARGIN_EPOCHS + 1) as Epoch
  }

  #usableRuns(): FreedRun[] {
    return this.#runs.filter((run) => !isRetained(run) && run.count >= this.#fewest)
  }

  #open(isOver: (run: FreedRun) => boolean): void {
    this.#runs = joined(this.#runs.map((run) => (isRetained(run) && isOver(run) ? { ...run, ...OPEN } : run)))
  }
}

function isRetained({ nonce }: FreedRun): boolean {
  return nonce > 0n
}

function total(runs: readonly SectorRun[]): number {
  return runs.reduce((sum, { count }) => sum + count, 0)
}

function joined(runs: readonly FreedRun[]): FreedRun[] {
  const result: FreedRun[] = []
  for (const run of runs.toSorted((a, b) => a.first - b.first)) {
    const last = result.at(-1)
    const joins = last && last.first + last.count === run.first && last.nonce === run.nonce && last.epoch === run.epoch
    if (joins) result[result.length - 1] = { ...last, count: last.count + run.count }
    else result.push(run)
  }
  return result
}
