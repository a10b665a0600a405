import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { callChain } from './call-chain.ts'
import type { ChainProgram } from './chain-program.ts'
import { Child } from './child.ts'
import { waitUntil } from './wait-until.ts'

const START_TIMEOUT_MS = 120_000
const USUAL_PORT = 8545
/** Lets the system choose one that is free. */
const ANY_PORT = 0
/** As Hardhat and anvil say it. */
const PORT_TAKEN = /EADDRINUSE|address already in use/iu

export type ChainOptions = { program: ChainProgram; repository: string; logFile: string }
export type LocalChain = { child: Child; rpcUrl: string }

/**
 * Starts a chain on 127.0.0.1 and waits until it listens: on the usual port, or if that is taken on a free one. It
 * stops when `resources` are disposed.
 */
export async function startChain(options: ChainOptions, resources: AsyncDisposableStack): Promise<LocalChain> {
  // A chain's program needs seconds to find out by itself.
  const ports = (await isFree(USUAL_PORT)) ? [USUAL_PORT, ANY_PORT] : [ANY_PORT]
  for (const port of ports) {
    const chain = await tryPort(port, options, resources)
    if (chain !== undefined) return chain
  }
  throw new Error(`no port of 127.0.0.1 is free for the chain; see ${options.logFile}`)
}

/** The chain, or undefined if the port is taken. */
async function tryPort(
  port: number,
  { program, repository, logFile }: ChainOptions,
  resources: AsyncDisposableStack,
): Promise<LocalChain | undefined> {
  const args = program.args(port)
  const env = { HARDHAT_DISABLE_TELEMETRY: 'true', FORCE_COLOR: '0' }
  const child = resources.use(new Child({ name: 'chain', args, cwd: repository, logFile, env }))
  try {
    const address = await waitUntil(
      child,
      'it listened',
      START_TIMEOUT_MS,
      async () => program.listening.exec(await readFile(logFile, 'utf8'))?.[1],
    )
    const rpcUrl = `http://${address}`
    // Both print every call they get, for as long as they run.
    await callChain(rpcUrl, 'hardhat_setLoggingEnabled', [false])
    return { child, rpcUrl }
  } catch (error) {
    if (PORT_TAKEN.test(await readFile(logFile, 'utf8'))) return undefined
    throw error
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
