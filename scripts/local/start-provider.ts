import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Address } from 'viem'
import { isAlive } from '../../cli/src/local-network/find.ts'
import { readNodeRecord } from '../../cli/src/local-network/node-record.ts'
import { Child } from './child.ts'
import { waitUntil } from './wait-until.ts'

const READY_TIMEOUT_MS = 120_000
/** It gives itself 5 s. */
const FORMER_TIMEOUT_MS = 15_000
const POLL_MS = 50
const PROGRAM = 'node/src/main.ts'

export type ProviderOptions = {
  /** `provider-1` … */
  name: string
  operator: Address
  keyFile: string
  passwordFile: string
  /** Of the provider alone. What an earlier start left in it is of the same chain. */
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
  await formerEnded(dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  // Beside the data directory, not in it: the node owns that.
  const configFile = `${dataDir}.config.json`
  await writeFile(configFile, JSON.stringify(configOf(options), null, 2), { mode: 0o600 })
  const args = [join(repository, PROGRAM), '--config', configFile]
  const child = new Child({ name, args, cwd: repository, logFile, env: withoutSettings() })
  // A process that was killed has left its record.
  const ownRecord = async () => {
    const record = await readNodeRecord(dataDir)
    return record?.pid === child.pid ? record : undefined
  }
  const ready = waitUntil(child, 'being ready', READY_TIMEOUT_MS, ownRecord)
  return {
    name,
    operator,
    child,
    dataDir,
    ready: ready.then(({ peerId, multiaddrs, httpUrl }) => ({ peerId, multiaddr: multiaddrs[0] ?? '', httpUrl })),
  }
}

/** The provider of a network whose supervisor was killed ends by itself; until then it holds its folder. */
async function formerEnded(dataDir: string): Promise<void> {
  const former = (await readNodeRecord(dataDir))?.pid
  if (former === undefined) return
  for (const deadline = performance.now() + FORMER_TIMEOUT_MS; isAlive(former); await delay(POLL_MS)) {
    if (performance.now() > deadline) throw new Error(`process ${former} of an earlier network still uses ${dataDir}`)
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
