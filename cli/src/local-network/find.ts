import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { z } from 'zod'
import { type LocalNetworkRecord, localNetworkRecord } from './record.ts'

/** Where a repository keeps its local network. */
export const LOCAL_NETWORK_FOLDER = join('.storgo', 'local')

/**
 * The network that runs in `folder`, or undefined if none does: no record, or one whose process has ended.
 * @throws {StorgoError} `CONFIG_INVALID` for a record that cannot be read.
 */
export function readLocalNetwork(folder: string): LocalNetworkRecord | undefined {
  const path = join(folder, 'network.json')
  const text = readIfThere(path)
  if (text === undefined) return undefined
  const record = parseRecord(path, text)
  return isAlive(record.pid) ? record : undefined
}

/**
 * The local network of the nearest folder at or above `cwd`.
 * @throws {StorgoError} `NETWORK_NOT_FOUND`.
 */
export function findLocalNetwork(cwd: string): LocalNetworkRecord {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const record = readLocalNetwork(join(folder, LOCAL_NETWORK_FOLDER))
    if (record !== undefined) return record
    if (dirname(folder) === folder) break
  }
  throw new StorgoError('NETWORK_NOT_FOUND', `no local network runs in ${cwd} or a folder above it`, { cwd })
}

/** Whether a process with that id runs; one that belongs to somebody else counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A killed process keeps its id until its parent asks after it. Known on Linux only; elsewhere it counts as alive. */
function isZombie(pid: number): boolean {
  const stat = readIfThere(`/proc/${pid}/stat`)
  // The state letter follows the command's name, which is in parentheses and may hold any character.
  return stat !== undefined && stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'Z'
}

function parseRecord(path: string, text: string): LocalNetworkRecord {
  try {
    return localNetworkRecord.parse(JSON.parse(text))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw new StorgoError(
      'CONFIG_INVALID',
      `${path} is not a local network's record: ${why}`,
      { path },
      { cause: error },
    )
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
