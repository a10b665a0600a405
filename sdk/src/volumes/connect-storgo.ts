import { type Envelope, StorgoError } from '@storgo/protocol'
import type { LocalAccount } from 'viem'
import { connectChain } from '../chain/connect-chain.ts'
import type { Deployment } from '../chain/deployment.ts'
import { listVolumes } from '../chain/list-volumes.ts'
import type { Provider } from '../chain/read-provider.ts'
import { ClientPeers } from './client-peers.ts'
import { type Logger, silentLogger } from './logger.ts'
import { sealMasterKey, unlockMasterKey } from './master-key.ts'
import { openOrder, quoteOrder } from './open-volume.ts'
import { readRecord } from './read-record.ts'
import { showVolume } from './show-volume.ts'
import type { Storgo } from './storgo.ts'
import { volumeClient } from './volume-client.ts'
import { volumeKeysOf } from './volume-keys.ts'
import { VolumeSession } from './volume-session.ts'

/** How long a client that is closed still hands out certificates. */
const SETTLE_MS = 2_000

export type StorgoOptions = {
  rpcUrl: string
  deployment: Deployment
  /** Pays for volumes, and unlocks the envelope. */
  account?: LocalAccount
  /** 32 bytes, from which all keys of the account's files follow. Without it, it is unlocked from `envelope`. */
  masterKey?: Uint8Array
  /** The sealed master key; kept by the slots of every volume that is written. */
  envelope?: Envelope
  logger?: Logger
}

/**
 * Connects to a deployment. Slots are not asked before a volume is used.
 * @throws {StorgoError} `CHAIN_UNREACHABLE`, `WRONG_CHAIN`; `DECRYPTION_FAILED` if the account did not make the envelope.
 */
export async function connectStorgo(options: StorgoOptions): Promise<Storgo> {
  const { account, envelope, logger = silentLogger, ...connection } = options
  const chain = await connectChain({ ...connection, account })
  const { chainId } = chain.deployment
  const masterKey =
    options.masterKey ?? (account && envelope ? await unlockMasterKey(account, chainId, envelope) : undefined)
  const peers = new ClientPeers(chain, () => needed(masterKey))
  const recordOf = (provider: Provider) => peers.recordOf(provider)
  const sessions = new Map<bigint, VolumeSession>()
  const sessionOf = (volumeId: bigint): VolumeSession => {
    const known = sessions.get(volumeId)
    if (known) return known
    const session = new VolumeSession({
      readRecord: ({ signal }) => readRecord({ chain, volumeId, peerFor: (volume) => peers.for(volume), signal }),
      keysOf: ({ generation }) => volumeKeysOf(needed(masterKey), { chainId, volumeId, generation }),
      // So that the wallet alone leads to the files again, on any device.
      sealKey: async () => {
        if (envelope) return [envelope]
        return account ? [await sealMasterKey(account, chainId, needed(masterKey))] : []
      },
      logger,
    })
    sessions.set(volumeId, session)
    return session
  }
  return {
    chain,
    volumes: {
      quote: (order) => quoteOrder(chain, order, recordOf),
      open: (order) => openOrder(chain, { ...order, masterKey: needed(masterKey), recordOf }),
      list: ({ owner = account?.address } = {}) => {
        if (!owner) throw new StorgoError('CONFIG_INVALID', 'whose volumes? Name an owner or connect with an account')
        return Array.fromAsync(listVolumes(chain, { owner }))
      },
      show: (volumeId, { states = false, signal } = {}) =>
        showVolume(chain, volumeId, { session: states ? sessionOf(volumeId) : undefined, signal }),
    },
    volume: (volumeId) => volumeClient(volumeId, sessionOf(volumeId), account),
    [Symbol.asyncDispose]: async () => {
      // The slots that wait for a certificate would else have to learn of it from each other.
      await within(
        SETTLE_MS,
        [...sessions.values()].map((session) => session.settled()),
      )
      await peers[Symbol.asyncDispose]()
    },
  }
}

function needed(masterKey: Uint8Array | undefined): Uint8Array {
  if (masterKey) return masterKey
  throw new StorgoError('CONFIG_INVALID', 'files need the master key, or the envelope that holds it and its account')
}

async function within(ms: number, works: readonly Promise<unknown>[]): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  await Promise.race([Promise.allSettled(works), late.promise])
  clearTimeout(timer)
}
