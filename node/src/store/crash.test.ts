import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type CellCipher, createCellCipher } from './cell-cipher.ts'
import { type CellFiles, openCellFiles } from './cell-files.ts'
import { assertWhole, countingParts, steps } from './fixtures/crash-scenario.ts'
import { openIndexDatabase } from './index-database.ts'
import { LevelSlotStore } from './level-slot-store.ts'

const child = fileURLToPath(import.meta.resolve('./fixtures/crash-child.ts'))
const cipher: CellCipher = createCellCipher(Buffer.from(Array.from({ length: 64 }, (_, byte) => byte)))
const aFolder = () => mkdtemp(join(tmpdir(), 'storgo-crash-'))

async function reopened(folder: string, cells?: CellFiles): Promise<LevelSlotStore> {
  const index = await openIndexDatabase(join(folder, 'index'))
  return LevelSlotStore.open({
    index,
    cells: cells ?? (await openCellFiles(join(folder, 'cells'))),
    cipher,
    capacity: 16,
  })
}

// Points 0 … 36 are all there are in the scenario; every third of them is a process of its own.
for (let point = 0; point < 37; point += 3) {
  test(`a process killed at point ${point} leaves the old state or the new one, wholly`, async () => {
    const folder = await aFolder()
    const { signal, stdout } = await promisify(execFile)(process.execPath, [child, folder, String(point)]).then(
      () => assert.fail('the process ended before that point'),
      (error: { signal: string; stdout: string }) => error,
    )
    assert.equal(signal, 'SIGKILL')
    await using store = await reopened(folder)
    await assertWhole(store, stdout.length)
    await rm(folder, { recursive: true })
  })
}

/** Cells in memory that forget, when the power is cut, what no sync has covered. */
class ForgetfulCells implements CellFiles {
  readonly #durable = new Map<number, Uint8Array>()
  readonly #volatile = new Map<number, Uint8Array>()

  async write(cell: number, bytes: Uint8Array): Promise<void> {
    this.#volatile.set(cell, bytes.slice())
  }
  async read(cell: number, bytes: Uint8Array): Promise<void> {
    bytes.set(this.#volatile.get(cell) ?? this.#durable.get(cell) ?? new Uint8Array(1 << 20))
  }
  async sync(cells: Iterable<number>): Promise<void> {
    for (const cell of cells) {
      const bytes = this.#volatile.get(cell)
      if (bytes !== undefined) this.#durable.set(cell, bytes)
    }
  }
  cutPower(): void {
    this.#volatile.clear()
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

test('a power cut at any point leaves the old state or the new one, wholly', async () => {
  let points = 0
  for (let point = 0, survived = false; !survived; point++) {
    const folder = await aFolder()
    const disk = new ForgetfulCells()
    let answered = 0
    let passed = 0
    {
      const parts = { index: await openIndexDatabase(join(folder, 'index')), cells: bound(disk) }
      await using store = await LevelSlotStore.open({
        ...countingParts(parts, () => {
          if (passed++ >= point) throw new Error('power cut')
        }),
        cipher,
        capacity: 16,
      })
      try {
        for (const step of steps.slice(1)) {
          await step.run(store)
          answered++
        }
        survived = true
      } catch (error) {
        assert.match(String(error), /power cut/)
      }
    }
    disk.cutPower()
    await using store = await reopened(folder, bound(disk))
    await assertWhole(store, answered)
    await rm(folder, { recursive: true })
    points = point
  }
  assert.equal(points, 37)
})

/** Spreading an object keeps its own properties only, so the methods are made such. */
function bound(cells: ForgetfulCells): CellFiles {
  return {
    write: (cell, bytes) => cells.write(cell, bytes),
    read: (cell, bytes) => cells.read(cell, bytes),
    sync: (touched) => cells.sync(touched),
    [Symbol.asyncDispose]: () => cells[Symbol.asyncDispose](),
  }
}
