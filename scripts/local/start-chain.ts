import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Child } from './child.ts'
import { waitUntil } from './wait-until.ts'

const START_TIMEOUT_MS = 120_000
const CALL_TIMEOUT_MS = 5_000
const USUAL_PORT = 8545
/** Lets the system choose one that is free. */
const ANY_PORT = 0
/** What Hardhat prints once it listens. Asking the port would not do: another chain may answer there. */
const LISTENING = /JSON-RPC server at (http:\/\/127\.0\.0\.1:\d+)/u

export type ChainOptions = { repository: string; logFile: string }
export type LocalChain = { child: Child; rpcUrl: string }

/**
 * Starts `hardhat node` on 127.0.0.1 and waits until it listens: on the usual port, or if that is taken on a free one. It
 * stops when `resources` are disposed.
 */
export async function startChain(options: ChainOptions, resources: AsyncDisposableStack): Promise<LocalChain> {
  for (const port of [USUAL_PORT, ANY_PORT]) {
    const chain = await tryPort(port, options, resources)
    if (chain !== undefined) return chain
  }
  throw new Error(`no port of 127.0.0.1 is free for the chain; see ${options.logFile}`)
}

/** The chain, or undefined if the port is taken. */
async function tryPort(
  port: number,
  { repository, logFile }: ChainOptions,
  resources: AsyncDisposableStack,
): Promise<LocalChain | undefined> {
  const hardhat = fileURLToPath(new URL('cli.js', import.meta.resolve('hardhat')))
  // Without --hostname it listens on all interfaces wherever it believes to be in a container.
  const args = [hardhat, 'node', '--hostname', '127.0.0.1', '--port', String(port)]
  const env = { HARDHAT_DISABLE_TELEMETRY: 'true', FORCE_COLOR: '0' }
  const child = resources.use(new Child({ name: 'chain', args, cwd: repository, logFile, env }))
  try {
    const rpcUrl = await waitUntil(
      child,
      'it listened',
      START_TIMEOUT_MS,
      async () => LISTENING.exec(await readFile(logFile, 'utf8'))?.[1],
    )
    await silence(rpcUrl)
    return { child, rpcUrl }
  } catch (error) {
    if ((await readFile(logFile, 'utf8')).includes('EADDRINUSE')) return undefined
    throw error
  }
}

/** Hardhat's node prints every call it gets, for as long as it runs; this stops it. */
async function silence(rpcUrl: string): Promise<void> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hardhat_setLoggingEnabled', params: [false] }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`the chain at ${rpcUrl} answered ${response.status}`)
}
