import { randomFillSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `size` random bytes: what a photo, a film or an archive looks like to a compressor. */
export function randomBytes(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at += 1 << 24) randomFillSync(bytes, at, Math.min(1 << 24, size - at))
  return bytes
}

/** What people write and programs read, as text; no maps of generated code. */
const TEXT = /\.(?:[cm]?[jt]s|json|md|sol)$/u

/** `size` bytes of real text: the sources, declarations and documents below `folder`, one after the other in name order. */
export function sourceText(folder: string, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let filled = 0
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (filled === size) return
      const inside = join(path, entry.name)
      if (entry.isDirectory()) walk(inside)
      else if (entry.isFile() && TEXT.test(entry.name)) filled += readFileSync(inside).copy(bytes, filled)
    }
  }
  walk(folder)
  if (filled < size) throw new Error(`only ${filled} bytes of text below ${folder}; ${size} are needed`)
  return bytes
}
