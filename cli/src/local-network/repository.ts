import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { LOCAL_NETWORK_FOLDER } from './find.ts'
import { nearestNetworkFolder } from './nearest-folder.ts'

/** The program that is the local network, from the root of the repository. */
const START_SCRIPT = join('scripts', 'local', 'start.ts')

/** The repository this command line runs from, and the program in it that is the local network. @throws {StorgoError} `NETWORK_NOT_FOUND`. */
export function repositoryOfNetwork(): { root: string; startScript: string } {
  const root = repository()
  if (root !== undefined) return { root, startScript: join(root, START_SCRIPT) }
  throw new StorgoError('NETWORK_NOT_FOUND', "a local network needs Storgo's repository, which this storgo is not in", {
    next: 'npm start, in the repository',
  })
}

/**
 * Folder of the network that `dev` commands are about: the one that is named, or else the one that every command finds from
 * `cwd` upwards. Where there is none yet it is that of the repository for all that is in it, and elsewhere that of `cwd`.
 */
export function networkFolder(cwd: string, folder: string | undefined): string {
  if (folder !== undefined) return resolve(cwd, folder)
  const root = repository()
  const home = root !== undefined && isIn(root, cwd) ? root : resolve(cwd)
  return nearestNetworkFolder(cwd) ?? join(home, LOCAL_NETWORK_FOLDER)
}

/** The nearest folder above this file, or above the bundle that it is in, that has the local network's program. */
function repository(): string | undefined {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, START_SCRIPT))) return folder
    if (dirname(folder) === folder) return undefined
  }
}

function isIn(root: string, path: string): boolean {
  const way = relative(root, resolve(path))
  return way !== '..' && !way.startsWith(join('..', '/'))
}
