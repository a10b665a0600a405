import { networkParametersAbi } from '@storgo/contracts/abi'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** In the order of the contract's enumeration. */
const PARAMETERS = [
  'seedDelayBlocks',
  'proofSamples',
  'minimumStake',
  'stakePerGiB',
  'unbondingEpochs',
  'askNoticeEpochs',
  'expiryGraceEpochs',
  'retentionEpochs',
] as const

export type ParameterName = (typeof PARAMETERS)[number]

/** A tunable's value in the current epoch; token amounts are in the smallest unit. */
export async function readParameter({ publicClient, deployment }: Chain, name: ParameterName): Promise<bigint> {
  const args = [PARAMETERS.indexOf(name)] as const
  const call = { address: deployment.parameters, abi: networkParametersAbi, functionName: 'value', args } as const
  return onChain(() => publicClient.readContract(call))
}
