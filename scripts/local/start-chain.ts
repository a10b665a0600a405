import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Child } from './child.ts'
import { freePort } from './free-port.ts'

const CALL_TIMEOUT_MS = 2_000
const POLL_MS = 50
const USUAL_PORT = 8545

/** Starts `hardhat node` on 127.0.0.1, on the usual port or a free one; it does not answer at once. */
export async function startChain({
  repository,
  logFile,
}: {
  repository: string
  logFile: string
}): Promise<{ child: Child; rpcUrl: string }> {
  const port = await freePort(USUAL_PORT)
  const hardhat = fileURLToPath(new URL('cli.js', import.meta.resolve('hardhat')))
  // Without --hostname it listens on all interfaces wherever it believes to be in a container.
  const args = [hardhat, 'node', '--hostname', '127.0.0.1', '--port', String(port)]
  const env = { HARDHAT_DISABLE_TELEMETRY: 'true', FORCE_COLOR: '0' }
  return {
    child: new Child({ name: 'chain', args, cwd: repository, logFile, env }),
    rpcUrl: `http://127.0.0.1:${port}`,
  }
}

/** Resolves once a chain answers at `rpcUrl`. @throws {Error} after `timeoutMs`. */
export async function answersIn(rpcUrl: string, timeoutMs: number): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await delay(POLL_MS)) {
    if ((await callIfUp(rpcUrl, 'eth_chainId')) !== undefined) return
  }
  throw new Error(`no chain answers at ${rpcUrl} within ${timeoutMs / 1000} s`)
}

/** Hardhat's node prints every call it gets, for as long as it runs; this stops it. */
export async function silence(rpcUrl: string): Promise<void> {
  await callIfUp(rpcUrl, 'hardhat_setLoggingEnabled', [false])
}

/** The result of a JSON-RPC call, or undefined while nobody listens. */
async function callIfUp(rpcUrl: string, method: string, params: unknown[] = []): Promise<unknown> {
  try {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    })
    const answer: unknown = await response.json()
    return typeof answer === 'object' && answer !== null && 'result' in answer ? answer.result : undefined
  } catch {
    return undefined
  }
}
