import { Random } from '../../node/src/fixtures/seeded-random.ts'
import { aFile } from '../integration/volumes/a-file.ts'
import type { Pass } from '../integration/volumes/serve-slot.ts'
import type { ProcessClient } from '../integration/volumes/slots-in-process.ts'
import { type Acknowledged, acknowledgedBy } from './acknowledged.ts'

const KIB = 1 << 10
const LARGE_BYTES = 2 << 20

export type UploadedFile = ReturnType<typeof aFile>

export type FilesOptions = { count: number; largeEvery: number; seed: number }

/** Small files, and one large one in every so many, that are the same for the same seed. */
export function manyFiles({ count, largeEvery, seed }: FilesOptions): UploadedFile[] {
  const random = new Random(seed)
  return Array.from({ length: count }, (_, i) => {
    const bytes = i % largeEvery === largeEvery - 1 ? LARGE_BYTES : KIB + random.below(19 * KIB)
    return aFile(`folder-${i % 7}/file-${i}`, bytes, { seed: seed * 1_000 + i })
  })
}

/** Writes the files, some at a time, each time as one state. @param stored told of files as soon as the client says they are. */
export async function uploadInBatches(
  { volume, session }: ProcessClient,
  files: readonly UploadedFile[],
  { batch, stored }: { batch: number; stored: (files: readonly UploadedFile[]) => void },
): Promise<void> {
  for (let start = 0; start < files.length; start += batch) {
    const some = files.slice(start, start + batch)
    await volume.put(some)
    stored(some)
  }
  await session.settled()
}

/** Lets every request through and tells what its reply acknowledges, before the client gets it. */
export function telling(tell: (acknowledged: Acknowledged) => void): Pass {
  return async (asked) => {
    const reply = await asked.go()
    const acknowledged = acknowledgedBy(asked)
    if (acknowledged !== undefined) tell(acknowledged)
    return reply
  }
}
