import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StorgoError } from '@storgo/protocol'
import { LOCAL_NETWORK_FOLDER } from './find.ts'

/** The program that is the local network, from the root of the repository. */
const START_SCRIPT = 'scripts/local/start.ts'

/** The repository this command line runs from, and the program in it that is the local network. @throws {StorgoError} `NETWORK_NOT_FOUND`. */
export function repositoryOfNetwork(): { root: string; startScript: string } {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const startScript = join(root, START_SCRIPT)
  if (!existsSync(startScript))
    throw new StorgoError('NETWORK_NOT_FOUND', `a local network needs Storgo's repository; ${startScript} is not there`)
  return { root, startScript }
}

/** Folder of the network that `dev` commands are about. */
export function networkFolder(cwd: string, folder: string | undefined): string {
  return folder === undefined ? join(repositoryOfNetwork().root, LOCAL_NETWORK_FOLDER) : resolve(cwd, folder)
}
