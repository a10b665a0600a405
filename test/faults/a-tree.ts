import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../../node/src/fixtures/seeded-random.ts'
import { aStream, sha256 } from '../integration/volumes/a-file.ts'

const SIZES = [
  { least: 0, most: 2_000 },
  { least: 2_000, most: 40_000 },
  { least: 40_000, most: 300_000 },
] as const

/** A folder of local files to store. */
export type ATree = { folder: string; files: { name: string; sha256: string }[] }

/** Writes so many files of sizes and contents that `random` says, most of them small. */
export async function aTree(folder: string, count: number, random: Random): Promise<ATree> {
  await mkdir(folder, { recursive: true })
  const files: ATree['files'] = []
  for (let i = 0; i < count; i++) {
    const { least, most } = SIZES[Math.max(0, random.below(8) - 5)] ?? SIZES[0]
    const [bytes, seed] = [least + random.below(most - least), random.below(2 ** 30)]
    const name = `file-${String(i).padStart(3, '0')}.bin`
    await writeFile(join(folder, name), await Array.fromAsync(aStream(bytes, seed)))
    files.push({ name, sha256: await sha256(aStream(bytes, seed)) })
  }
  return { folder, files }
}
