import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { LOCAL_NETWORK_FOLDER, readLocalNetwork } from './find.ts'

/**
 * Folder of the local network that runs nearest at or above `cwd`, or else of the nearest that ever ran; `undefined` if none
 * did. Unlike `findLocalNetwork` it takes one whose record cannot be read.
 */
export function nearestNetworkFolder(cwd: string): string | undefined {
  let former: string | undefined
  for (let above = resolve(cwd); ; above = dirname(above)) {
    const folder = join(above, LOCAL_NETWORK_FOLDER)
    if (runs(folder)) return folder
    if (former === undefined && (existsSync(join(folder, 'logs')) || existsSync(join(folder, 'network.json'))))
      former = folder
    if (dirname(above) === above) return former
  }
}

function runs(folder: string): boolean {
  try {
    return readLocalNetwork(folder) !== undefined
  } catch {
    return false
  }
}
