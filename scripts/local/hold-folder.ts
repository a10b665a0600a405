import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { isAlive } from '../../cli/src/local-network/find.ts'

/**
 * Takes a network's folder for this process, so that two starts cannot share it.
 * @throws {StorgoError} `ALREADY_RUNNING`.
 */
export function holdFolder(folder: string): Disposable {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'pid')
  const holder = holderOf(path)
  if (holder !== undefined && isAlive(holder))
    throw new StorgoError('ALREADY_RUNNING', `a local network runs already in ${folder} (process ${holder})`, {
      folder,
      pid: holder,
    })
  rmSync(path, { force: true })
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    throw new StorgoError(
      'ALREADY_RUNNING',
      `another local network is starting in ${folder}`,
      { folder },
      { cause: error },
    )
  }
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) }
}

function holderOf(path: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || undefined
  } catch {
    return undefined
  }
}
