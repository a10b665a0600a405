import { proofOfStorageAbi } from '@storgo/contracts/abi'
import type { Epoch } from '@storgo/protocol'
import { bytesToHex, encodeFunctionData } from 'viem'
import type { Chain } from './connect-chain.ts'
import { type SendOptions, send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

/** Encoded as docs/protocol/types.md section 13 says. */
export type Proof = { epoch: Epoch; states: Uint8Array; samples: Uint8Array }

/**
 * Proves the current epoch for the provider that is the chain's account.
 *
 * @throws {StorgoError} as {@link send}; `details.error` tells which part of the proof failed.
 */
export async function submitProof(
  chain: Chain,
  { epoch, states, samples }: Proof,
  options: SendOptions = {},
): Promise<Sent> {
  const args = [epoch, bytesToHex(states), bytesToHex(samples)] as const
  const data = encodeFunctionData({ abi: proofOfStorageAbi, functionName: 'prove', args })
  return sentOf(await send(chain, { to: chain.deployment.proofs, data }, options))
}
