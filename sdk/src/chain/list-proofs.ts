import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { BlockNumber, Epoch } from '@storgo/protocol'
import type { Address, Hex } from 'viem'
import type { Chain } from './connect-chain.ts'
import { decodeProvenStates, type ProvenState } from './proven-states.ts'
import { scanLogs } from './scan-logs.ts'

/** An epoch that a provider proved. */
export type ProvenEpoch = {
  provider: Address
  epoch: Epoch
  billedSectors: bigint
  samples: number
  /** What it showed: every signed state, then one entry with nonce 0 for each sample shown as empty. */
  states: ProvenState[]
  block: BlockNumber
  transactionHash: Hex
}

/** Proofs in the order in which they were accepted, of one provider or of all. */
export async function* listProofs(
  chain: Chain,
  { provider, fromBlock }: { provider?: Address; fromBlock?: BlockNumber } = {},
): AsyncGenerator<ProvenEpoch, void> {
  const { publicClient, deployment } = chain
  const event = {
    address: deployment.proofs,
    abi: proofOfStorageAbi,
    eventName: 'EpochProven',
    args: provider ? { provider } : {},
    strict: true,
  } as const
  const logs = scanLogs(chain, fromBlock, (range) => publicClient.getContractEvents({ ...event, ...range }))
  for await (const { args, blockNumber, transactionHash } of logs) {
    const { statesUsed, ...facts } = args
    const states = decodeProvenStates(statesUsed)
    yield { ...facts, states, epoch: args.epoch as Epoch, block: blockNumber as BlockNumber, transactionHash }
  }
}
