import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { BlockNumber, Epoch } from '@storgo/protocol'
import type { Address } from 'viem'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { decodeProvenStates, type ProvenState } from './proven-states.ts'
import { scanLogs } from './scan-logs.ts'

/**
 * The states that a provider's proof of an epoch has used, or `undefined` if there is no such proof. A volume that is not
 * among them was not drawn. Asks for the logs of that epoch's blocks alone.
 *
 * @throws {StorgoError} `CHAIN_UNREACHABLE`; `TRANSACTION_FAILED` for an epoch before the schedule that the chain still knows.
 */
export async function listProvenStates(
  chain: Chain,
  { provider, epoch }: { provider: Address; epoch: Epoch },
): Promise<ProvenState[] | undefined> {
  const { publicClient, deployment } = chain
  const proofs = { address: deployment.proofs, abi: proofOfStorageAbi } as const
  const firstBlock = (of: number): Promise<bigint> =>
    publicClient.readContract({ ...proofs, functionName: 'firstBlock', args: [of] })
  const [from, after] = await onChain(() => Promise.all([firstBlock(epoch), firstBlock(epoch + 1)]))
  const event = { ...proofs, eventName: 'EpochProven', args: { provider, epoch }, strict: true } as const
  const read = (range: { fromBlock: bigint; toBlock: bigint }) => publicClient.getContractEvents({ ...event, ...range })
  for await (const { args } of scanLogs(chain, from as BlockNumber, read, (after - 1n) as BlockNumber)) {
    return decodeProvenStates(args.statesUsed)
  }
  return undefined
}
