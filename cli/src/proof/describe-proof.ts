import type { ProvenEpoch } from '@storgo/sdk'

/** A proof on one line. */
export function describeProof(
  { epoch, provider, billedSectors, samples, block, transactionHash }: ProvenEpoch,
  gas: bigint,
): string {
  return `epoch ${epoch}  ${provider}  ${billedSectors} MiB with ${samples} samples  block ${block}  ${gas} gas  ${transactionHash}`
}
