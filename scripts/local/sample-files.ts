import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LocalSource, localSources } from '../../cli/src/transfer/local-sources.ts'

/** First the repository's own documents; then what every clone has after installing, tens of thousands of real files. */
const ROOTS = ['README.md', 'LICENSE', 'package.json', 'docs', 'node_modules']

export type SampleFiles = { sources: LocalSource[]; bytes: number }

/** Real files of the repository in sorted order, until they are `bytes` together; fewer if there are no more. */
export async function sampleFiles(repository: string, bytes: number): Promise<SampleFiles> {
  const sample: SampleFiles = { sources: [], bytes: 0 }
  for (const root of ROOTS.filter((name) => existsSync(join(repository, name)))) {
    for await (const source of localSources(join(repository, root), root)) {
      if (sample.bytes >= bytes) return sample
      sample.sources.push(source)
      sample.bytes += source.size
    }
  }
  return sample
}
