/**
 * Puts off the freeing of cells while somebody may still read them: cells given up are freed once every view that was
 * open at that moment is closed.
 */
export class OpenViews {
  readonly #open = new Set<symbol>()
  readonly #waiting = new Set<{ cells: readonly number[]; until: Set<symbol> }>()
  readonly #free: (cell: number) => void

  constructor(free: (cell: number) => void) {
    this.#free = free
  }

  open(): symbol {
    const view = Symbol('view')
    this.#open.add(view)
    return view
  }

  close(view: symbol): void {
    if (!this.#open.delete(view)) return
    for (const group of this.#waiting) {
      if (!group.until.delete(view) || group.until.size > 0) continue
      this.#waiting.delete(group)
      for (const cell of group.cells) this.#free(cell)
    }
  }

  giveUp(cells: readonly number[]): void {
    if (cells.length === 0) return
    if (this.#open.size > 0) this.#waiting.add({ cells, until: new Set(this.#open) })
    else for (const cell of cells) this.#free(cell)
  }
}
