import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { nearestNetworkFolder } from '../local-network/nearest-folder.ts'
import type { LogFile } from './merge-lines.ts'

/** What a local network logs beside its providers; in a person's words, without times. */
const OTHERS = ['chain', 'network']

/**
 * The logs of a local network that runs, or ran: those of all providers, or of the one that is named (`provider-3`, `3`), or
 * of its `chain`, or its `network` as a whole.
 * @throws {StorgoError} `NETWORK_NOT_FOUND`; `REQUEST_INVALID` for a name that there is no log of.
 */
export function logFiles(cwd: string, node: string | undefined): LogFile[] {
  const folder = nearestNetworkFolder(cwd)
  const logs = folder === undefined ? [] : providerLogs(join(folder, 'logs'))
  if (folder === undefined || logs.length === 0)
    throw new StorgoError('NETWORK_NOT_FOUND', `no local network has logged anything in ${cwd} or a folder above it`, {
      cwd,
    })
  if (node === undefined) return logs
  if (node === 'chain') return [{ node, path: join(folder, 'logs', 'chain.log') }]
  if (node === 'network') return [{ node, path: join(folder, 'network.log') }]
  const chosen = logs.filter(({ node: name }) => name === node || name === `provider-${node}`)
  if (chosen.length > 0) return chosen
  const names = [...logs.map(({ node: name }) => name), ...OTHERS].join(' ')
  throw new StorgoError('REQUEST_INVALID', `there is no log of "${node}"; there are those of ${names}`, {
    next: `storgo logs --node ${logs[0]?.node ?? 'chain'}`,
  })
}

function providerLogs(folder: string): LogFile[] {
  const names = readdirIfThere(folder).flatMap((file) => /^(provider-\d+)\.log$/u.exec(file)?.[1] ?? [])
  const number = (name: string) => Number(name.slice('provider-'.length))
  return names.sort((a, b) => number(a) - number(b)).map((node) => ({ node, path: join(folder, `${node}.log`) }))
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
