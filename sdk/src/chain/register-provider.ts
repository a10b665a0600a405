import { providerRegistryAbi } from '@storgo/contracts/abi'
import { type Address, bytesToHex, encodeFunctionData, type Hex, sliceHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { accountOf } from './account-of.ts'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { sendWithPermit } from './send-with-permit.ts'
import { type Sent, sentOf } from './sent.ts'
import { type Ask, encodeSetAsk } from './set-ask.ts'

/** How long the operator's consent counts, in the chain's time. */
const CONSENT_SECONDS = 3_600n

export type RegisterOptions = {
  /** secp256k1, 32 bytes: runs the node; signs its consent to be run by the chain's account. */
  operatorKey: Uint8Array
  /** Binary multiaddrs, at most 8 of at most 256 bytes; may be set later. */
  addresses: readonly Uint8Array[]
  /** In the token's smallest unit. */
  stake: bigint
  ask?: Ask
}

/**
 * Registers a provider that the chain's account owns, with its stake and first ask, in one transaction.
 *
 * @throws {StorgoError} `INSUFFICIENT_FUNDS`, and as {@link send}.
 */
export async function registerProvider(
  chain: Chain,
  { operatorKey, addresses, stake, ask }: RegisterOptions,
): Promise<Sent & { operator: Address }> {
  const operator = privateKeyToAccount(bytesToHex(operatorKey))
  const { chainId, registry } = chain.deployment
  const { timestamp } = await onChain(() => chain.publicClient.getBlock())
  const deadline = timestamp + CONSENT_SECONDS
  const consent = await operator.signTypedData({
    domain: { name: 'Storgo', version: '1', chainId, verifyingContract: registry },
    types: { Operator: OPERATOR_FIELDS },
    primaryType: 'Operator',
    message: { owner: accountOf(chain).address, deadline },
  })
  const binary = addresses.map((address) => bytesToHex(address))
  const args = [sliceHex(operator.publicKey, 1), binary, stake, deadline, consent] as const
  const calls: Hex[] = [encodeFunctionData({ abi: providerRegistryAbi, functionName: 'register', args })]
  if (ask) calls.push(encodeSetAsk(operator.address, ask))
  const receipt = await sendWithPermit(chain, { to: registry, allowance: stake, calls })
  return { ...sentOf(receipt), operator: operator.address }
}

const OPERATOR_FIELDS = [
  { name: 'owner', type: 'address' },
  { name: 'deadline', type: 'uint256' },
] as const
