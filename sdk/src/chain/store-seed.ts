import { proofOfStorageAbi } from '@storgo/contracts/abi'
import { type Epoch, StorgoError } from '@storgo/protocol'
import { encodeFunctionData, toHex } from 'viem'
import { encodeBlockHeader } from './block-header.ts'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { type SendOptions, send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/**
 * Stores the current epoch's seed, taken from the header of its seed block. Anybody may, within 256 blocks.
 *
 * @throws {StorgoError} as {@link send}; `details.error` is `ProofOfStorageSeedKnown` if somebody was faster,
 * `ProofOfStorageSeedBlockUnavailable` or `ProofOfStorageEpochNotCurrent` before and after its time. `VERSION_UNSUPPORTED` for headers of a later fork.
 */
export async function storeSeed(chain: Chain, epoch: Epoch, options: SendOptions = {}): Promise<Sent> {
  const { publicClient, deployment } = chain
  const { proofs: address } = deployment
  const header = await onChain(async () => {
    const call = { address, abi: proofOfStorageAbi, functionName: 'seedBlock', args: [epoch] } as const
    const seedBlock = await publicClient.readContract(call)
    const block = await publicClient.request({ method: 'eth_getBlockByNumber', params: [toHex(seedBlock), false] })
    if (block) return encodeBlockHeader({ ...block })
    const details = { error: 'ProofOfStorageSeedBlockUnavailable', epoch, seedBlock }
    throw new StorgoError('TRANSACTION_FAILED', `The seed block of epoch ${epoch} has not come yet.`, details)
  })
  const data = encodeFunctionData({ abi: proofOfStorageAbi, functionName: 'storeSeed', args: [epoch, header] })
  return sentOf(await send(chain, { to: address, data }, options))
}
