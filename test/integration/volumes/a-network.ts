import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  connectStorgo,
  type Deployment,
  type Logger,
  parseDeployment,
  type Storgo,
  type VolumeClient,
} from '@storgo/sdk'
import { readPasswordFile } from '@storgo/sdk/key-file'
import { LOCAL_NETWORK_FOLDER } from '../../../cli/src/local-network/find.ts'
import type { LocalNetworkRecord } from '../../../cli/src/local-network/record.ts'
import { openWallet, type Wallet } from '../../../cli/src/profile/wallet.ts'
import type { Child } from '../../../scripts/local/child.ts'
import { startLocalNetwork } from '../../../scripts/local/start-network.ts'
import { Steps } from '../../../scripts/local/steps.ts'

/** A warning that a client logged. */
type Warning = { slot: number; provider: string; code: string; message: string }
/** A client with what it warned of. */
export type AClient = AsyncDisposable & { storgo: Storgo; volume: VolumeClient; warnings: Warning[] }

/** The provider of a slot. */
export type Holder = { child: Child; operator: string; multiaddr: string; dataDir: string }

/** A chain and providers in processes of their own, with an open 4 + 2 volume. */
export type ANetwork = AsyncDisposable & {
  /** A folder in which `storgo` finds it. */
  cwd: string
  record: LocalNetworkRecord
  rpcUrl: string
  deployment: Deployment
  wallet: Wallet
  volumeId: bigint
  /** By slot of the volume. */
  holders: readonly Holder[]
  /** By slot of another volume. */
  holdersOf(volumeId: bigint): Promise<Holder[]>
  /** A client as a process of its own would be: it remembers nothing. Of the open volume, or another. */
  client(volumeId?: bigint): Promise<AClient>
}

export async function aNetwork(): Promise<ANetwork> {
  await using resources = new AsyncDisposableStack()
  const cwd = await mkdtemp(join(tmpdir(), 'storgo-volumes-'))
  resources.defer(() => rm(cwd, { recursive: true, force: true }))
  const folder = join(cwd, LOCAL_NETWORK_FOLDER)
  const repository = fileURLToPath(new URL('../../../', import.meta.url))
  const steps = new Steps(() => {}, new AbortController().signal)
  const network = resources.use(await startLocalNetwork({ folder, repository, steps, logger: keeping([]) }))
  const { record } = network
  const { demo } = record.accounts
  const wallet = await openWallet(demo, await readPasswordFile(demo.passwordFile))
  const deployment = parseDeployment(JSON.parse(await readFile(record.deploymentFile, 'utf8')))
  const volumeId = BigInt(record.volumeId ?? 0)
  const { rpcUrl } = record
  const client = async (of = volumeId): Promise<AClient> => {
    const warnings: Warning[] = []
    const storgo = await connectStorgo({ rpcUrl, deployment, ...wallet, logger: keeping(warnings) })
    return {
      storgo,
      volume: storgo.volume(of),
      warnings,
      [Symbol.asyncDispose]: () => storgo[Symbol.asyncDispose](),
    }
  }
  const holdersOf = async (of: bigint): Promise<Holder[]> => {
    await using asking = await client()
    const { slots } = await asking.storgo.volumes.show(of)
    return slots.map(({ provider }) => {
      const index = record.providers.findIndex(({ operator }) => operator === provider)
      const { child } = network.providers[index] ?? missing(provider)
      const { operator, multiaddr, dataDir } = record.providers[index] ?? missing(provider)
      return { child, operator, multiaddr, dataDir }
    })
  }
  const holders = await holdersOf(volumeId)
  const running = resources.move()
  return {
    cwd,
    record,
    rpcUrl,
    deployment,
    wallet,
    volumeId,
    holders,
    holdersOf,
    client,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function keeping(warnings: Warning[]): Logger {
  const drop = () => {}
  const warn = (fields: Record<string, unknown>, message: string) => {
    warnings.push({
      slot: Number(fields['slot']),
      provider: String(fields['provider']),
      code: String(fields['code']),
      message,
    })
  }
  return { debug: drop, info: drop, warn, error: drop }
}

function missing(operator: string): never {
  throw new Error(`no provider of the network is ${operator}`)
}
