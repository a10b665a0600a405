import { isStorgoError } from '@storgo/protocol'
import { connectChain } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { nextStep } from '../next-step.ts'
import { findNetwork, type NetworkChoice } from '../profile/find-network.ts'
import { type Diagnosis, ill, well } from './diagnosis.ts'

/** A block may be so much older than the moment at which it is asked for, and so much younger if clocks differ. */
const SKEW_SECONDS = 60
/** Its blocks bring their own time: one second more with each, however fast they come. */
const LOCAL_CHAIN = 31337

/** Whether the chain answers, is the one meant, has the contracts, and agrees with this machine about what time it is. */
export async function checkChainAccess(context: Context, choice: NetworkChoice): Promise<Diagnosis[]> {
  try {
    const { rpcUrl, deployment } = await findNetwork(context, choice)
    const { publicClient } = await connectChain({ rpcUrl, deployment })
    const { timestamp, number } = await publicClient.getBlock()
    const chain = well('chain', `chain ${deployment.chainId} answers and has the contracts; block ${number}`)
    return [chain, clock(Number(timestamp), deployment.chainId)]
  } catch (error) {
    context.signal.throwIfAborted()
    const message = error instanceof Error ? error.message : String(error)
    const next = isStorgoError(error) ? nextStep(error.code, error.details) : undefined
    return [ill('chain', message, next ?? 'storgo dev status')]
  }
}

function clock(blockSeconds: number, chainId: number): Diagnosis {
  const skew = Math.round(blockSeconds - Date.now() / 1000)
  const ago = skew > 0 ? `${skew} s ahead of` : `${-skew} s behind`
  const state = `the newest block is ${ago} this machine's clock`
  if (Math.abs(skew) <= SKEW_SECONDS) return well('clock', state)
  if (chainId === LOCAL_CHAIN) return well('clock', `${state}; a local chain has a time of its own`)
  return ill('clock', `${state}: either is wrong, or the chain stands still`, 'timedatectl status')
}
