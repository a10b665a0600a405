import { storageMarketAbi, storgoTokenAbi } from '@storgo/contracts/abi'
import { type Address, encodeFunctionData, type Hex, parseSignature, type TransactionReceipt } from 'viem'
import { accountOf } from './account-of.ts'
import { inTurn } from './account-queue.ts'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { send } from './send.ts'

/** How long a permit counts, in the chain's time. */
const PERMIT_SECONDS = 3_600n

export type PermitCall = {
  /** The market or the registry: it takes the STOR. */
  to: Address
  /** Most STOR that the calls may take, in the smallest unit. */
  allowance: bigint
  /** Encoded calls of `to`, run in order. */
  calls: readonly Hex[]
}

/**
 * One transaction that lets a contract take STOR from the account (EIP-2612) and makes it do so.
 *
 * @throws {StorgoError} as {@link send}.
 */
export async function sendWithPermit(chain: Chain, { to, allowance, calls }: PermitCall): Promise<TransactionReceipt> {
  const { chainId } = chain.deployment
  // A permit names the next permit nonce, so the one before it must have been included.
  return inTurn(`permit ${chainId} ${accountOf(chain).address}`, async () => {
    const permit = await onChain(() => signPermit(chain, to, allowance))
    return send(chain, {
      to,
      data: encodeFunctionData({ abi: storageMarketAbi, functionName: 'multicall', args: [[permit, ...calls]] }),
    })
  })
}

/** The market's and the registry's `permit` are the same function. */
async function signPermit(chain: Chain, spender: Address, value: bigint): Promise<Hex> {
  const { publicClient, deployment } = chain
  const account = accountOf(chain)
  const token = { address: deployment.token, abi: storgoTokenAbi } as const
  const [nonce, [, name, version, chainId, verifyingContract], { timestamp }] = await Promise.all([
    publicClient.readContract({ ...token, functionName: 'nonces', args: [account.address] }),
    publicClient.readContract({ ...token, functionName: 'eip712Domain' }),
    publicClient.getBlock(),
  ])
  const deadline = timestamp + PERMIT_SECONDS
  const signature = await account.signTypedData({
    domain: { name, version, chainId, verifyingContract },
    types: { Permit: PERMIT_FIELDS },
    primaryType: 'Permit',
    message: { owner: account.address, spender, value, nonce, deadline },
  })
  const { r, s, yParity } = parseSignature(signature)
  return encodeFunctionData({
    abi: storageMarketAbi,
    functionName: 'permit',
    args: [value, deadline, 27 + yParity, r, s],
  })
}

const PERMIT_FIELDS = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
] as const
