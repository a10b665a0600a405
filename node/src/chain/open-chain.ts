import { readFile } from 'node:fs/promises'
import { type BlockNumber, StorgoError } from '@storgo/protocol'
import {
  anchor,
  type Chain,
  connectChain,
  countStrayTransactions,
  type Deployment,
  hasProven,
  listProofs,
  parseDeployment,
  readBook,
  readEpoch,
  readFloors,
  readParameter,
  readProvider,
  readSeed,
  readSessionKey,
  setAddresses,
  settleVolumes,
  storeSeed,
  submitProof,
  watchBlocks,
} from '@storgo/sdk'
import { bytesToHex, parseGwei } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { NodeConfig } from '../config/schema.ts'
import type { ProviderChain } from './provider-chain.ts'
import { readChangedVolumes } from './read-changed-volumes.ts'
import { readFacts } from './read-facts.ts'
import { listPeers, readPeer } from './read-peer.ts'
import { readSeedRank } from './read-seed-rank.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * Connects the operator to the chain of the deployment file. `config` is live: the highest fee is read whenever something is
 * sent.
 *
 * @throws {StorgoError} `CONFIG_INVALID` for the file; `CHAIN_UNREACHABLE`; `WRONG_CHAIN`.
 */
export async function openChain(config: NodeConfig['chain'], operatorKey: Uint8Array): Promise<ProviderChain> {
  const deployment = await readDeployment(config.deploymentFile)
  const account = privateKeyToAccount(bytesToHex(operatorKey))
  // A provider's key belongs to one running node, which therefore may replace whatever is left of an earlier run.
  const chain = await connectChain({
    ...{ rpcUrl: config.rpcUrl, deployment, account, soleSender: true },
    get maxFeePerGas() {
      return parseGwei(String(config.maxFeeGwei))
    },
  })
  return providerChain(chain, account.address)
}

/** The contracts as one provider sees them. Every call has a deadline of its own besides the caller's signal. */
function providerChain(chain: Chain, operator: `0x${string}`): ProviderChain {
  return {
    domain: chain.domain,
    async readHead({ signal }) {
      const { block, epoch, firstBlock, seedDelayBlocks, schedule } = await untilAborted(readEpoch(chain), signal)
      return { block, epoch, firstBlock, seedDelayBlocks, epochBlocks: schedule.epochBlocks }
    },
    watchBlocks: (watcher) => watchBlocks(chain, watcher),
    readFacts: (volumeId, { signal }) => untilAborted(readFacts(chain, volumeId), signal),
    readRetentionEpochs: async ({ signal }) =>
      Number(await untilAborted(readParameter(chain, 'retentionEpochs'), signal)),
    async readSessionKey(volumeId, generation, { signal }) {
      const key = await untilAborted(readSessionKey(chain, { volumeId, generation }), signal)
      if (key !== undefined) return key
      const details = { volumeId, generation }
      throw new StorgoError('STATE_SIGNATURE_INVALID', `There has been no session key ${generation}.`, details)
    },
    readChangedVolumes: (blocks, { signal }) =>
      untilAborted(readChangedVolumes(chain, { provider: operator, ...blocks }), signal),
    readAddresses: async (account, { signal }) => (await untilAborted(readProvider(chain, account), signal))?.addresses,
    readPeer: (account, { signal }) => untilAborted(readPeer(chain, account), signal),
    listPeers: (most, { signal }) => untilAborted(listPeers(chain, most), signal),
    publishAddresses: async (addresses, { signal }) => {
      await setAddresses(chain, { operator, addresses }, { signal })
    },
    readBook: ({ signal }) => untilAborted(readBook(chain, operator), signal),
    readSeed: (epoch, { signal }) => untilAborted(readSeed(chain, epoch), signal),
    seedRank: (epoch, { signal }) => untilAborted(readSeedRank(chain, { operator, epoch }), signal),
    storeSeed: async (epoch, sending) => {
      await storeSeed(chain, epoch, sending)
    },
    hasProven: (epoch, { signal }) => untilAborted(hasProven(chain, { provider: operator, epoch }), signal),
    readSampleCount: async ({ signal }) => Number(await untilAborted(readParameter(chain, 'proofSamples'), signal)),
    submitProof: (proof, sending) => submitProof(chain, proof, sending),
    settle: async (slots, sending) => {
      const volumes = slots.map(({ volumeId, slot }) => ({ volumeId, slots: [slot] }))
      await settleVolumes(chain, volumes, sending)
    },
    listShownStates: (fromBlock, { signal }) =>
      untilAborted(Array.fromAsync(listProofs(chain, { fromBlock: fromBlock as BlockNumber })), signal),
    readNextFloors: async (volumeId, { signal }) =>
      (await untilAborted(readFloors(chain, volumeId), signal)).map(({ nextFloor }) => nextFloor),
    anchor: async (anchored, sending) => {
      await anchor(chain, anchored, sending)
    },
    countStrays: ({ signal }) => untilAborted(countStrayTransactions(chain), signal),
  }
}

async function readDeployment(file: string): Promise<Deployment> {
  try {
    return parseDeployment(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    if (cause instanceof StorgoError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StorgoError('CONFIG_INVALID', `Deployment file ${file}: ${reason}`, { file }, { cause })
  }
}
