import { basename, resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'
import { findLocalNetwork, isAlive } from '../local-network/find.ts'
import { readNodeRecord } from '../local-network/node-record.ts'
import { nodeFiles } from './node-files.ts'

/** Where `storgo node init` puts a provider unless told otherwise. */
export const NODE_FOLDER = './storgo-node'

/** A provider of this machine: of the local network, or in a folder of its own. */
export type LocalNode = {
  name: string
  operator: string
  httpUrl: string
  pid: number
  dataDir: string
  /** Whether its process is there. */
  running: boolean
}

/** All providers that are known here: those of the local network that runs, and the one in `folder` if it is ready. */
export async function localNodes({ cwd }: Pick<Context, 'cwd'>, folder = NODE_FOLDER): Promise<LocalNode[]> {
  const own = resolve(cwd, folder)
  const { dataDir } = nodeFiles(own)
  const record = await readNodeRecord(dataDir)
  const single = record && { name: basename(own), dataDir, ...pick(record), running: isAlive(record.pid) }
  const network = ofLocalNetwork(cwd).map(({ name, dataDir: data, ...rest }) => {
    return { name, dataDir: data, ...pick(rest), running: isAlive(rest.pid) }
  })
  return [...network, ...(single ? [single] : [])]
}

function pick({ operator, httpUrl, pid }: Pick<LocalNode, 'operator' | 'httpUrl' | 'pid'>) {
  return { operator, httpUrl, pid }
}

function ofLocalNetwork(cwd: string) {
  try {
    return findLocalNetwork(cwd).providers
  } catch (error) {
    if (error instanceof StorgoError && error.code === 'NETWORK_NOT_FOUND') return []
    throw error
  }
}
