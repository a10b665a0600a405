import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { ERRORS, type ErrorCode, StorgoError } from '@storgo/protocol'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { findLocalNetwork } from '../local-network/find.ts'
import { readNodeRecord } from '../local-network/node-record.ts'
import { nodeFiles } from './node-files.ts'

/** Which running node is meant: by its folder, or by its name in the local network. */
export type NodeChoice = { folder?: string; provider?: string }
export type RunningNode = { name: string; httpUrl: string; dataDir: string }

const MAX_ANSWER_BYTES = 1 << 23
const TIMEOUT_MS = 30_000

/**
 * The nodes that are meant; all of the local network if none is named.
 * @throws {StorgoError} `NETWORK_NOT_FOUND` if there is none.
 */
export async function runningNodes({ cwd }: Context, { folder, provider }: NodeChoice): Promise<RunningNode[]> {
  if (folder !== undefined) {
    const { dataDir } = nodeFiles(resolve(cwd, folder))
    const record = await readNodeRecord(dataDir)
    if (record) return [{ name: basename(resolve(cwd, folder)), httpUrl: record.httpUrl, dataDir }]
    throw new StorgoError('NETWORK_NOT_FOUND', `no provider runs in ${folder}`, {
      folder,
      next: `storgo node start --folder ${folder}`,
    })
  }
  const { providers } = findLocalNetwork(cwd)
  const meant = provider === undefined ? providers : providers.filter(({ name }) => name === provider)
  if (meant.length > 0) return meant
  throw new StorgoError('NETWORK_NOT_FOUND', `the local network has no provider ${provider}`, {
    names: providers.map(({ name }) => name).join(' '),
  })
}

/** The one node that is meant; the first of the local network if none is named. */
export async function runningNode(context: Context, choice: NodeChoice): Promise<RunningNode> {
  const [first] = await runningNodes(context, choice)
  if (first) return first
  throw new StorgoError('NETWORK_NOT_FOUND', 'the local network has no provider')
}

/** Reads a report of a node. @throws {StorgoError} `PEER_UNREACHABLE` if it does not answer as it should; what it answers. */
export function readReport<T>(node: RunningNode, path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  return exchange(node, path, { method: 'GET' }, schema, signal)
}

/** Has a node do something, by the token in its data folder. @throws {StorgoError} `ACCESS_DENIED` if that cannot be read. */
export async function control<T>(
  node: RunningNode,
  path: string,
  { body, schema, signal }: { body: object; schema: z.ZodType<T>; signal: AbortSignal },
): Promise<T> {
  const file = join(node.dataDir, 'control.token')
  const token = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new StorgoError('ACCESS_DENIED', `${file} cannot be read`, { file }, { cause })
  })
  const headers = { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' }
  return exchange(node, path, { method: 'POST', headers, body: JSON.stringify(body) }, schema, signal)
}

const failure = z.object({ code: z.string(), message: z.string() })

async function exchange<T>(
  { name, httpUrl }: RunningNode,
  path: string,
  request: RequestInit,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  try {
    const response = await fetch(new URL(path, httpUrl), { ...request, signal: within })
    const text = await response.text()
    if (text.length > MAX_ANSWER_BYTES) throw new RangeError(`more than ${MAX_ANSWER_BYTES} bytes`)
    const value: unknown = JSON.parse(text)
    if (response.ok) return schema.parse(value)
    const { code, message } = failure.parse(value)
    throw new StorgoError(isErrorCode(code) ? code : 'INTERNAL', message, { provider: name })
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof StorgoError) throw cause
    throw new StorgoError('PEER_UNREACHABLE', `${name} does not answer at ${httpUrl}`, { provider: name }, { cause })
  }
}

const isErrorCode = (code: string): code is ErrorCode => code in ERRORS
