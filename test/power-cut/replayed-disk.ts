import type { Random } from '../../node/src/fixtures/seeded-random.ts'
import { SimulatedDisk } from '../../node/src/fixtures/simulated-disk.ts'
import type { SimulatedFile } from '../../node/src/fixtures/simulated-file.ts'
import type { DiskChange } from './recording-disk.ts'

/** Whether a sync of the file that was made with that path, or of that folder (it ends with `/`), does anything. */
export type Obeys = (path: string) => boolean

/** A disk to which recorded changes are done again, one after the other, and whose power can be cut between any two. */
export class ReplayedDisk {
  readonly #disk = new SimulatedDisk()
  readonly #files = new Map<number, { made: string; file: SimulatedFile }>()
  readonly #syncs = new Map<number, () => void>()
  readonly #obeys: Obeys

  constructor(obeys: Obeys) {
    this.#obeys = obeys
  }

  /** What is left if the power goes now: one of the many disks that may be found then. */
  cut(random: Random): SimulatedDisk {
    return this.#disk.crashed(random)
  }

  async apply(change: DiskChange): Promise<void> {
    const disk = this.#disk
    if (change.kind === 'create') {
      await disk.open(change.path, { create: true })
      this.#files.set(change.file, { made: change.path, file: disk.file(change.path) })
    } else if (change.kind === 'rename') await disk.rename(change.path, change.to)
    else if (change.kind === 'remove') await disk.remove(change.path)
    else if (change.kind === 'write') this.#file(change.file).file.write(change.bytes, change.position)
    else if (change.kind === 'truncate') this.#file(change.file).file.truncate(change.size)
    else this.#sync(change)
  }

  #sync(change: Extract<DiskChange, { sync: number }>): void {
    const { sync } = change
    if (change.kind === 'sync begins') {
      const { made, file } = this.#file(change.file)
      if (this.#obeys(made)) this.#syncs.set(sync, file.beginSync())
    } else if (change.kind === 'folder sync begins') {
      if (this.#obeys(`${change.path}/`)) this.#syncs.set(sync, this.#disk.beginSyncFolder(change.path))
    } else {
      this.#syncs.get(sync)?.()
      this.#syncs.delete(sync)
    }
  }

  #file(file: number): { made: string; file: SimulatedFile } {
    const found = this.#files.get(file)
    if (found === undefined) throw new Error(`file ${file} was not made`)
    return found
  }
}
