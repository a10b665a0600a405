import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LocalSource, localSources } from '../../cli/src/transfer/local-sources.ts'
import { withReadAhead } from '../../cli/src/transfer/read-ahead.ts'

/** First the repository's own documents; then what every clone has after installing, tens of thousands of real files. */
const ROOTS = ['README.md', 'LICENSE', 'package.json', 'docs', 'node_modules']

export type SampleFiles = { sources: LocalSource[]; bytes: number }

/** Real files of the repository in sorted order, until they are `bytes` together; fewer if there are no more. */
export async function sampleFiles(repository: string, bytes: number): Promise<SampleFiles> {
  const sources: LocalSource[] = []
  let total = 0
  for (const root of ROOTS.filter((name) => existsSync(join(repository, name)))) {
    for await (const source of localSources(join(repository, root), root)) {
      if (total >= bytes) break
      sources.push(source)
      total += source.size
    }
  }
  return { sources: withReadAhead(sources), bytes: total }
}
