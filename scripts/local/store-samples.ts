import type { PutResult } from '@storgo/sdk'
import { formatBytes } from '../../cli/src/quantities.ts'
import { sampleFiles } from './sample-files.ts'
import type { LocalNetwork } from './start-network.ts'

const REPORT_MS = 5_000

export type SampleOptions = { repository: string; bytes: number; say(line: string): void; signal: AbortSignal }

/** Stores real files in the demo account's volume, telling every few seconds how far it is. */
export async function storeSamples(
  { storgo, record }: LocalNetwork,
  { repository, bytes, say, signal }: SampleOptions,
): Promise<PutResult> {
  const { sources } = await sampleFiles(repository, bytes)
  const volume = storgo.volume(BigInt(record.volumeId))
  let saidMs = performance.now()
  return await volume.put(sources, {
    signal,
    onProgress: ({ phase, plainBytes, totalBytes, files }) => {
      if (performance.now() - saidMs < REPORT_MS) return
      saidMs = performance.now()
      say(`          ${phase}: ${formatBytes(plainBytes)} of ${formatBytes(totalBytes ?? bytes)}, ${files} files`)
    },
  })
}
