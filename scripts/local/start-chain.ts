import { fileURLToPath } from 'node:url'
import { Child } from './child.ts'
import { freePort } from './free-port.ts'
import { waitUntil } from './wait-until.ts'

const START_TIMEOUT_MS = 120_000
const CALL_TIMEOUT_MS = 2_000
const USUAL_PORT = 8545

export type LocalChain = { child: Child; rpcUrl: string; port: number }

/** Starts `hardhat node` on 127.0.0.1, on the usual port or a free one, and waits until it answers. */
export async function startChain({
  repository,
  logFile,
}: {
  repository: string
  logFile: string
}): Promise<LocalChain> {
  const port = await freePort(USUAL_PORT)
  const rpcUrl = `http://127.0.0.1:${port}`
  const hardhat = fileURLToPath(new URL('cli.js', import.meta.resolve('hardhat')))
  // Without --hostname it listens on all interfaces wherever it believes to be in a container.
  const args = [hardhat, 'node', '--hostname', '127.0.0.1', '--port', String(port)]
  const child = new Child({
    name: 'chain',
    args,
    cwd: repository,
    logFile,
    env: { HARDHAT_DISABLE_TELEMETRY: 'true', FORCE_COLOR: '0' },
  })
  try {
    await waitUntil(child, 'an answer of the chain', START_TIMEOUT_MS, () => callIfUp(rpcUrl, 'eth_chainId'))
    // It would log every call, for as long as the network runs.
    await callIfUp(rpcUrl, 'hardhat_setLoggingEnabled', [false])
  } catch (error) {
    await child.stop()
    throw error
  }
  return { child, rpcUrl, port }
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
