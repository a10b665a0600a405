import { proofOfStorageAbi } from '@storgo/contracts/abi'
import { type Certificate, recoverReceiptSigner, stateDigest } from '@storgo/protocol'
import { bytesToHex, encodeFunctionData, isAddressEqual } from 'viem'
import type { Chain } from './connect-chain.ts'
import { encodeCertificate } from './encode-certificate.ts'
import { readSlots } from './read-slots.ts'
import { type SendOptions, send } from './send.ts'
import { type Sent, sentOf } from './sent.ts'

export type AnchorOptions = {
  certificate: Certificate
  /** Slots whose floor to raise; each must have its own receipt in the certificate. */
  slots: readonly number[]
}

/**
 * Holds slots to a certified state: from the next epoch on they can prove no older one. Anybody may. Receipts of slots that
 * have changed hands since are left out.
 *
 * @throws {StorgoError} `CERTIFICATE_INVALID`, `VOLUME_UNKNOWN`, and as {@link send}; `details.error` is
 * `ProofOfStorageReceiptMissing` for a slot without a receipt, `ProofOfStorageNothingToAnchor` where all floors are as high
 * already, `ProofOfStorageQuorumMissing` where too many receipts are of providers that hold their slots no more.
 */
export async function anchor(
  chain: Chain,
  { certificate, slots }: AnchorOptions,
  options: SendOptions = {},
): Promise<Sent> {
  const { signed, receipts } = certificate
  const holders = await readSlots(chain, signed.state.volumeId)
  const digest = stateDigest(signed.state, chain.domain)
  const ofToday = receipts.filter((receipt) => {
    const holder = holders[receipt.slot]
    return holder !== undefined && isAddressEqual(recoverReceiptSigner(digest, receipt, chain.domain), holder.provider)
  })
  const encoded = bytesToHex(encodeCertificate({ signed, receipts: ofToday }))
  const mask = slots.reduce((bits, slot) => bits | (1 << slot), 0) >>> 0
  const data = encodeFunctionData({ abi: proofOfStorageAbi, functionName: 'anchor', args: [encoded, mask] })
  return sentOf(await send(chain, { to: chain.deployment.proofs, data }, options))
}
