import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { z } from 'zod'

const nodeRecord = z.looseObject({
  pid: z.int().positive(),
  operator: z.string(),
  peerId: z.string(),
  multiaddrs: z.array(z.string()).min(1),
  httpUrl: z.url(),
})
/** What a provider writes into its data directory once it is ready, and removes when it stops. */
export type NodeRecord = z.infer<typeof nodeRecord>

/**
 * The record of the provider that runs on a data directory, or undefined if none is ready there.
 * @throws {StorgoError} `CONFIG_INVALID` for one that cannot be read.
 */
export async function readNodeRecord(dataDir: string): Promise<NodeRecord | undefined> {
  const path = join(dataDir, 'node.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return nodeRecord.parse(JSON.parse(text))
  } catch (error) {
    throw new StorgoError('CONFIG_INVALID', `${path} is not a provider's record`, { path }, { cause: error })
  }
}
