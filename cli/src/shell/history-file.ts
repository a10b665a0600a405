import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Lines that are remembered. */
export const MOST_LINES = 1_000
/** A longer line is not. */
const MOST_CHARS = 4_096
const MAX_BYTES = MOST_LINES * MOST_CHARS

/** What was typed before, newest first; empty if there is nothing, or nothing readable. */
export async function readHistory(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  if (text.length > MAX_BYTES) return []
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.slice(-MOST_LINES).reverse()
}

/** Writes what was typed, for its owner alone, at once or not at all. @param lines newest first. */
export async function writeHistory(path: string, lines: readonly string[]): Promise<void> {
  const kept = lines.filter((line) => line.length <= MOST_CHARS && !/[\r\n]/u.test(line)).slice(0, MOST_LINES)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const unfinished = `${path}.${process.pid}`
  await writeFile(unfinished, `${kept.toReversed().join('\n')}\n`, { mode: 0o600 })
  await rename(unfinished, path)
}

/** What was typed, with one line more. One that begins with a space is not remembered, nor one a second time in a row. */
export function remember(lines: readonly string[], line: string): string[] {
  if (line.trim() === '' || line.startsWith(' ') || line === lines[0]) return [...lines]
  return [line, ...lines].slice(0, MOST_LINES)
}
