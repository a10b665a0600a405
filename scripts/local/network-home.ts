import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { contractsFingerprint } from './contracts-fingerprint.ts'

/** Whether a network's chain and data outlive it; `fresh` forgets those of earlier starts. */
export type Persistence = { fresh: boolean }

/** Where a network keeps its chain's state and its providers' data. */
export type NetworkHome = {
  /** Whether an earlier start has left a whole network here. */
  resumed: boolean
  deploymentFile: string
  /** Of the chain; undefined where nothing is kept. */
  stateFile: string | undefined
  providers: string
  /** Says that the network is whole: from now on it can be resumed. Before its chain is first kept. */
  complete(): Promise<void>
}

/**
 * The home of a network in `folder`, emptied unless it is resumed. One that persists has a home of its own, so that others do
 * not touch it.
 *
 * @throws {StorgoError} `CONFIG_INVALID` if what is kept there is of other contracts than these.
 */
export async function openHome(folder: string, persistence: Persistence | undefined): Promise<NetworkHome> {
  const home = persistence === undefined ? folder : join(folder, 'persistent')
  const chain = join(home, 'chain')
  const [deploymentFile, providers] = [join(home, 'deployment.json'), join(home, 'providers')]
  const [stateFile, contractsFile] = [join(chain, 'state.json.gz'), join(chain, 'contracts')]
  const resumed = persistence?.fresh === false && existsSync(stateFile)
  if (resumed) await checkContracts(contractsFile)
  else for (const path of [chain, deploymentFile, providers]) await rm(path, { recursive: true, force: true })
  return {
    resumed,
    deploymentFile,
    stateFile: persistence === undefined ? undefined : stateFile,
    providers,
    complete: async () => {
      if (persistence === undefined) return
      await mkdir(chain, { recursive: true, mode: 0o700 })
      await writeFile(contractsFile, contractsFingerprint(), { mode: 0o600 })
    },
  }
}

async function checkContracts(path: string): Promise<void> {
  if ((await readFile(path, 'utf8')) === contractsFingerprint()) return
  const message = 'the network that is kept here has other contracts than this version; --fresh starts a new one'
  throw new StorgoError('CONFIG_INVALID', message, { path })
}
