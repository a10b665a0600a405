import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseDeployment, type Storgo } from '@storgo/sdk'
import { isAlive, readLocalNetwork } from '../../../cli/src/local-network/find.ts'
import type { LocalNetworkRecord } from '../../../cli/src/local-network/record.ts'
import { startMessage } from '../../../cli/src/local-network/start-message.ts'
import { connectDemo } from '../../../scripts/local/connect-demo.ts'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
const PATIENCE_MS = 20_000

/** A running network that keeps chain and data, and the demo account's connection to it. */
export type KeptNetwork = {
  record: LocalNetworkRecord
  storgo: Storgo
  /** What it said while it started. */
  said: string[]
  /** SIGKILL to every process of it; resolves when all are gone. */
  killAll(): Promise<void>
  /** Resolves when all its processes have ended by themselves. */
  ended(): Promise<void>
}

/** Starts `npm start -- --persist --no-files` in a folder. */
export async function startKept(folder: string, ...flags: string[]): Promise<KeptNetwork> {
  const args = [join(REPOSITORY, 'scripts/local/start.ts'), '--persist', '--no-files', '--folder', folder, ...flags]
  const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const said: string[] = []
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  child.on('message', (raw) => {
    const message = startMessage.parse(raw)
    if (message.kind === 'progress') said.push(message.text)
    else if (message.kind === 'ready') resolve()
    else reject(new Error(message.message))
  })
  child.once('exit', (code) => reject(new Error(`the network ended with ${code} before it was ready`)))
  await ready
  const record = readLocalNetwork(folder)
  if (record === undefined) throw new Error('the network has no record')
  const deployment = parseDeployment(JSON.parse(await readFile(record.deploymentFile, 'utf8')))
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const storgo = await connectDemo({ rpcUrl: record.rpcUrl, deployment, wallet: record.accounts.demo, logger })
  const pids = await familyOf(record.pid)
  const gone = async (): Promise<void> => {
    for (const deadline = performance.now() + PATIENCE_MS; pids.some(isAlive); await delay(50)) {
      if (performance.now() > deadline) throw new Error(`processes ${pids.filter(isAlive).join(' ')} are left`)
    }
  }
  return {
    record,
    storgo,
    said,
    killAll: async () => {
      const exit = once(child, 'exit')
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      await exit
      await gone()
    },
    ended: gone,
  }
}

/** The process and all that descend from it; of Linux, which is where anvil runs here. */
async function familyOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/u.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : ''
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (parent > 0) parents.set(Number(name), parent)
  }
  const family = [pid]
  for (const one of family) family.push(...[...parents].flatMap(([child, parent]) => (parent === one ? [child] : [])))
  return family
}
