import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type ConfigFile, RUNNING_CONFIG_FILE } from '@storgo/node/config'
import { StorgoError } from '@storgo/protocol'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { readNodeRecord } from '../local-network/node-record.ts'
import type { ConfigFlags } from '../tree/config-commands.ts'
import { effectiveSettings } from './effective-settings.ts'

/** Longer than a node waits for a chain that is silent. */
const STATUS_TIMEOUT_MS = 8_000
const MAX_BYTES = 1 << 22

const reload = z.looseObject({
  number: z.int(),
  outcome: z.enum(['applied', 'unchanged', 'refused']),
  applied: z.array(z.string()),
  error: z.string().optional(),
})
const runningConfig = z.looseObject({
  generation: z.int(),
  profile: z.string().optional(),
  profileByFile: z.boolean(),
  restartNeeded: z.array(z.string()),
  lastReload: reload.optional(),
  settings: z.record(z.string(), z.looseObject({ value: z.unknown(), layer: z.string().optional() })),
})
/** What a node that runs says that it runs with. */
export type RunningConfig = z.infer<typeof runningConfig>

/** The data folder that a node started here with this file would use. */
export function dataDirOf(context: Pick<Context, 'env' | 'cwd'>, file: ConfigFile, flags: ConfigFlags): string {
  const { values } = effectiveSettings(context, file, flags)
  return resolve(context.cwd, String(values.get('dataDir')?.at(-1)?.value))
}

/** What the node on a data folder runs with; undefined if none is ready there. @throws {StorgoError} `CONFIG_INVALID`. */
export async function readRunningConfig(dataDir: string): Promise<RunningConfig | undefined> {
  const path = join(dataDir, RUNNING_CONFIG_FILE)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    if (text.length > MAX_BYTES) throw new Error('too large')
    return runningConfig.parse(JSON.parse(text))
  } catch (error) {
    throw new StorgoError('CONFIG_INVALID', `${path} is not what a node tells of itself`, { path }, { cause: error })
  }
}

/**
 * The process of the node that runs on a data folder. A node that was killed leaves its record, and its process id may be
 * somebody else's by now, so the record counts only if the node answers.
 * @throws {StorgoError} `NETWORK_NOT_FOUND` if none runs there.
 */
export async function findNodeProcess(dataDir: string, signal: AbortSignal): Promise<number> {
  const record = await readNodeRecord(dataDir)
  if (record !== undefined && (await operatorAt(record.httpUrl, signal)) === record.operator) return record.pid
  throw noNode(dataDir)
}

export function noNode(dataDir: string): StorgoError {
  return new StorgoError('NETWORK_NOT_FOUND', `no node runs on ${dataDir}`, { dataDir, next: 'storgo node start' })
}

async function operatorAt(httpUrl: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(STATUS_TIMEOUT_MS)])
    const response = await fetch(new URL('/status', httpUrl), { signal: within })
    const text = await response.text()
    if (text.length > MAX_BYTES) return undefined
    return z.looseObject({ operator: z.string() }).parse(JSON.parse(text)).operator
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
