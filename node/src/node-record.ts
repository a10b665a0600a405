import { open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address } from 'viem'

/** What a running node tells those who look into its data directory. */
export type NodeRecord = { pid: number; peerId: string; operator: Address; multiaddrs: string[]; httpUrl: string }

/** Writes `node.json` at once or not at all; disposing removes it. */
export async function writeNodeRecord(dataDir: string, record: NodeRecord): Promise<AsyncDisposable> {
  const path = join(dataDir, 'node.json')
  const unfinished = `${path}.${process.pid}`
  {
    await using file = await open(unfinished, 'w', 0o600)
    await file.writeFile(`${JSON.stringify(record, null, 2)}\n`)
  }
  await rename(unfinished, path)
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
}
