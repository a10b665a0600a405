import { providerRegistryAbi } from '@storgo/contracts/abi'
import type { Epoch } from '@storgo/protocol'
import { type Address, getAddress, hexToBytes } from 'viem'
import { isContractError, onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'

/** A registered provider. Amounts are in the token's smallest unit, prices for a sector and an epoch. */
export type Provider = {
  operator: Address
  owner: Address
  stake: bigint
  unbonding: bigint
  unbondingEndsEpoch: Epoch
  billedSectors: number
  freeSectors: number
  /** Smallest slot it takes. */
  minSectors: number
  pricePerSectorEpoch: bigint
  nextPrice: bigint
  nextPriceEpoch: Epoch
  /** 33 bytes. */
  publicKey: Uint8Array
  /** Binary multiaddrs, as the provider wrote them. */
  addresses: Uint8Array[]
}

/** Reads a provider, or `undefined` if none has that operator. */
export async function readProvider(
  { publicClient, deployment }: Chain,
  operator: Address,
): Promise<Provider | undefined> {
  const { registry: address } = deployment
  const call = { address, abi: providerRegistryAbi, functionName: 'provider', args: [operator] } as const
  try {
    const provider = await onChain(() => publicClient.readContract(call))
    return {
      ...provider,
      operator: getAddress(operator),
      unbondingEndsEpoch: provider.unbondingEndsEpoch as Epoch,
      nextPriceEpoch: provider.nextPriceEpoch as Epoch,
      publicKey: hexToBytes(provider.publicKey),
      addresses: provider.addresses.map((bytes) => hexToBytes(bytes)),
    }
  } catch (error) {
    if (isContractError(error, 'ProviderRegistryUnknown')) return undefined
    throw error
  }
}
