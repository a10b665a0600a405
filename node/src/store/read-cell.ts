import { equalBytes, SECTOR_BYTES, StorgoError, sectorRoot } from '@storgo/protocol'
import type { CellCipher } from './cell-cipher.ts'
import type { CellFiles } from './cell-files.ts'
import { NO_CELL, type SectorPlace } from './sector-page.ts'

/**
 * The plain bytes of a sector, checked against its recorded root.
 * @throws {StorgoError} `SECTOR_CORRUPT` if they differ from what was written.
 */
export async function readCell(
  { cells, cipher }: { cells: CellFiles; cipher: CellCipher },
  { cell, root }: SectorPlace,
): Promise<Uint8Array> {
  if (cell === NO_CELL) return new Uint8Array(SECTOR_BYTES)
  const bytes = cipher.decrypt(cell, await cells.read(cell))
  if (!equalBytes(sectorRoot(bytes), root)) {
    throw new StorgoError('SECTOR_CORRUPT', `Cell ${cell} no longer holds what was written to it.`, { cell })
  }
  return bytes
}
