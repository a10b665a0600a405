import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Deployment, type Logger, listProviders, parseDeployment, peerAddressOf, type Storgo } from '@storgo/sdk'
import type { LocalNetworkRecord } from '../../cli/src/local-network/record.ts'
import { accounts, PROVIDERS } from './accounts.ts'
import { anvil, hardhatNode } from './chain-program.ts'
import type { Child } from './child.ts'
import { connectDemo } from './connect-demo.ts'
import { fundAccounts } from './fund-accounts.ts'
import { holdFolder } from './hold-folder.ts'
import { keepChain, restoreChain } from './keep-chain.ts'
import { type NetworkHome, openHome, type Persistence } from './network-home.ts'
import { demoVolume } from './open-demo-volume.ts'
import { passLostSeed } from './pass-lost-seed.ts'
import { type LocalKeys, prepareKeys } from './prepare-keys.ts'
import { registerProviders } from './register-providers.ts'
import { runToEnd } from './run-to-end.ts'
import { type LocalChain, startChain } from './start-chain.ts'
import { type LocalProvider, startProvider } from './start-provider.ts'
import type { Steps } from './steps.ts'

const CHAIN_ID = 31337
const ADDRESSES_TIMEOUT_MS = 60_000
const POLL_MS = 100
/** Space that each provider offers: 8 GiB. */
const CAPACITY_SECTORS = 8_192
const DEMO_STOR = '1000000'
const OWNER_STOR = '10000'

export type LocalNetworkOptions = {
  folder: string
  repository: string
  steps: Steps
  logger: Logger
  /** Keeps chain and data over restarts; without it both are new at every start. */
  persistence?: Persistence | undefined
}
export type LocalNetwork = AsyncDisposable & {
  record: LocalNetworkRecord
  /** Connected as the demo account. */
  storgo: Storgo
  chainProcess: Child
  providers: readonly LocalProvider[]
  /** Whether it goes on where an earlier start left it. */
  resumed: boolean
}

/**
 * Starts a chain, deploys the contracts, starts and registers the providers, each in a process of its own, and opens a volume
 * for the demo account; or goes on with those of an earlier start. Disposing it ends all of them; if anything fails, what was
 * started is stopped.
 *
 * @throws {StorgoError} `ALREADY_RUNNING` if a network runs in the folder; `CONFIG_INVALID` if it cannot persist on this
 * platform, or what is kept cannot be gone on with.
 */
export async function startLocalNetwork({
  folder,
  repository,
  steps,
  logger,
  persistence,
}: LocalNetworkOptions): Promise<LocalNetwork> {
  await using resources = new AsyncDisposableStack()
  resources.use(holdFolder(folder))
  const home = await openHome(folder, persistence)
  const { deploymentFile, resumed } = home
  const logs = join(folder, 'logs')

  const [keys, { child: chainProcess, rpcUrl }] = await Promise.all([
    steps.run('keys are in encrypted files', () => prepareKeys(join(folder, 'keys'))),
    steps.run(resumed ? 'the chain that was kept runs' : 'a chain runs', () =>
      startHomeChain(home, { repository, logFile: join(logs, 'chain.log') }, resources),
    ),
    steps.run('contracts are compiled', () =>
      runToEnd({ name: 'compile-contracts', repository, logFile: join(logs, 'compile.log') }, resources),
    ),
  ])
  if (!resumed) {
    await mkdir(dirname(deploymentFile), { recursive: true, mode: 0o700 })
    await steps.run('contracts are deployed', () => {
      const args = [rpcUrl, deploymentFile]
      return runToEnd({ name: 'deploy-contracts', args, repository, logFile: join(logs, 'deploy.log') }, resources)
    })
  }
  const deployment = parseDeployment(JSON.parse(await readFile(deploymentFile, 'utf8')))
  if (!resumed) {
    await steps.run('accounts have STOR', () => fund(rpcUrl, deployment))
    await steps.run(`${PROVIDERS} providers are registered, staked and offer space`, () =>
      registerProviders({ rpcUrl, deployment, capacitySectors: CAPACITY_SECTORS }),
    )
  }
  const storgo = resources.use(await connectDemo({ rpcUrl, deployment, wallet: keys.demo, logger }))
  if (resumed) await passLostSeed(storgo.chain, rpcUrl)
  // Written last of all when the network stops, after whatever the providers still send.
  const keeping: { chain?: AsyncDisposable } = {}
  resources.defer(() => keeping.chain?.[Symbol.asyncDispose]())
  const providers = await startAll({ home, logs, repository, rpcUrl, keys }, resources)
  const [volumeId, records] = await Promise.all([
    steps.run('a volume of 4 + 2 slots is open', () => demoVolume(storgo)),
    steps.run(`${PROVIDERS} provider processes are ready`, () => Promise.all(providers.map(describeWhenReady))),
  ])
  await steps.run('providers have published their addresses', () => addressesPublished(storgo, records))
  const { stateFile } = home
  if (stateFile !== undefined) {
    await home.complete()
    const onError = (error: unknown) => logger.warn({ error: String(error) }, 'the state of the chain was not written')
    keeping.chain = await steps.run("the chain's state is kept", () => keepChain({ rpcUrl, stateFile }, onError))
  }

  const recordFile = join(folder, 'network.json')
  const record: LocalNetworkRecord = {
    pid: process.pid,
    chainId: CHAIN_ID,
    rpcUrl,
    deploymentFile,
    accounts: { demo: { address: accounts.demo.address, ...keys.demo } },
    providers: records,
    volumeId: String(volumeId),
    startedAt: new Date().toISOString(),
  }
  resources.defer(() => rm(recordFile, { force: true }))
  await writeAtomically(recordFile, `${JSON.stringify(record, null, 2)}\n`)
  const running = resources.move()
  return { record, storgo, chainProcess, providers, resumed, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

function fund(rpcUrl: string, { token }: Deployment): Promise<void> {
  const owners = accounts.owners.map(({ address }) => ({ to: address, stor: OWNER_STOR }))
  return fundAccounts({ rpcUrl, token, from: accounts.deployer }, [
    { to: accounts.demo.address, stor: DEMO_STOR },
    ...owners,
  ])
}

async function startHomeChain(
  { stateFile }: NetworkHome,
  options: { repository: string; logFile: string },
  resources: AsyncDisposableStack,
): Promise<LocalChain> {
  if (stateFile === undefined) return startChain({ ...options, program: hardhatNode() }, resources)
  const state = await restoreChain(stateFile)
  const chain = await startChain({ ...options, program: anvil(state) }, resources)
  if (state !== undefined) await rm(state)
  return chain
}

type Starting = { home: NetworkHome; logs: string; repository: string; rpcUrl: string; keys: LocalKeys }

async function startAll(
  { home, logs, repository, rpcUrl, keys }: Starting,
  resources: AsyncDisposableStack,
): Promise<LocalProvider[]> {
  // All stop at once: one after the other could take 5 seconds for each that has to be killed.
  const all: LocalProvider[] = []
  resources.defer(async () => {
    await Promise.all(all.map(({ child }) => child.stop()))
  })
  for (const [index, { keyFile, passwordFile }] of keys.operators.entries()) {
    const name = `provider-${index + 1}`
    const { address: operator } = accounts.operators[index] ?? accounts.demo
    const dataDir = join(home.providers, name)
    const logFile = join(logs, `${name}.log`)
    all.push(
      await startProvider({
        name,
        operator,
        keyFile,
        passwordFile,
        dataDir,
        logFile,
        repository,
        rpcUrl,
        deploymentFile: home.deploymentFile,
        capacitySectors: CAPACITY_SECTORS,
      }),
    )
  }
  return all
}

async function describeWhenReady({
  name,
  operator,
  child,
  dataDir,
  ready,
}: LocalProvider): Promise<LocalNetworkRecord['providers'][number]> {
  const { peerId, multiaddr, httpUrl } = await ready
  return { name, operator, peerId, multiaddr, httpUrl, pid: child.pid, dataDir }
}

/** Providers are reached by what the registry says, which each writes itself once it knows its port of this start. */
async function addressesPublished({ chain }: Storgo, records: LocalNetworkRecord['providers']): Promise<void> {
  const addresses = new Set(records.map(({ multiaddr }) => multiaddr))
  for (const deadline = performance.now() + ADDRESSES_TIMEOUT_MS; performance.now() < deadline; await delay(POLL_MS)) {
    const registered = (await Array.fromAsync(listProviders(chain))).flatMap((one) => peerAddressOf(one).multiaddrs)
    if (new Set(registered.map(String)).isSupersetOf(addresses)) return
  }
  throw new Error(`not every provider published an address within ${ADDRESSES_TIMEOUT_MS / 1000} s`)
}

/** Whoever reads the file sees all of it or nothing. */
async function writeAtomically(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 })
  await rename(`${path}.new`, path)
}
