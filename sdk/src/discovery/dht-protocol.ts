import type { SigningDomain } from '@storgo/protocol'

/** One network for each chain and deployment. */
export const dhtProtocolOf = ({ chainId, verifyingContract }: SigningDomain): string =>
  `/storgo/${chainId}-${verifyingContract.slice(2, 10).toLowerCase()}/kad/1.0.0`
