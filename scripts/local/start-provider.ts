import { mkdirSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Address } from 'viem'
import { readNodeRecord } from '../../cli/src/local-network/node-record.ts'
import { Child } from './child.ts'
import { waitUntil } from './wait-until.ts'

const READY_TIMEOUT_MS = 120_000
const PROGRAM = 'node/src/main.ts'

export type ProviderOptions = {
  /** `provider-1` … */
  name: string
  operator: Address
  keyFile: string
  passwordFile: string
  /** Of the provider alone; emptied, since a fresh chain knows nothing of what was stored on another. */
  dataDir: string
  logFile: string
  repository: string
  rpcUrl: string
  deploymentFile: string
  capacitySectors: number
}

export type LocalProvider = {
  name: string
  operator: Address
  child: Child
  dataDir: string
  /** Resolves when it serves; rejects if it ends before, or after two minutes. */
  ready: Promise<{ peerId: string; multiaddr: string; httpUrl: string }>
}

/** Starts one provider's process on free ports of 127.0.0.1. */
export async function startProvider(options: ProviderOptions): Promise<LocalProvider> {
  const { name, operator, dataDir, logFile, repository } = options
  await rm(dataDir, { recursive: true, force: true })
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  // Beside the data directory, not in it: the node owns that.
  const configFile = `${dataDir}.config.json`
  await writeFile(configFile, JSON.stringify(configOf(options), null, 2), { mode: 0o600 })
  const args = [join(repository, PROGRAM), '--config', configFile]
  const child = new Child({ name, args, cwd: repository, logFile, env: withoutSettings() })
  const ready = waitUntil(child, 'being ready', READY_TIMEOUT_MS, () => readNodeRecord(dataDir))
  return {
    name,
    operator,
    child,
    dataDir,
    ready: ready.then(({ peerId, multiaddrs, httpUrl }) => ({ peerId, multiaddr: multiaddrs[0] ?? '', httpUrl })),
  }
}

function configOf({ keyFile, passwordFile, dataDir, rpcUrl, deploymentFile, capacitySectors }: ProviderOptions) {
  return {
    dataDir,
    chain: { rpcUrl, deploymentFile },
    operator: { keyFile, passwordFile },
    p2p: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    http: { host: '127.0.0.1', port: 0 },
    capacitySectors,
    // Slots that lag are to be seen catching up while one looks on.
    watch: { intervalSeconds: 5 },
    settleEveryEpochs: 1,
    log: { level: 'info', format: 'json' },
  }
}

/** A `STORGO_*` variable of whoever started the network would be taken for a setting of every provider. */
function withoutSettings(): Record<string, undefined> {
  return Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith('STORGO_'))
      .map((name) => [name, undefined]),
  )
}
