import { type Address, isAddressEqual } from 'viem'
import { type ErrorDetails, StorgoError } from '../errors.ts'
import { type Epoch, quorum } from '../units.ts'
import type { SigningDomain } from './eip712.ts'
import { type Receipt, recoverReceiptSigner } from './receipt.ts'
import { recoverStateSigner, type SignedState, stateDigest } from './state.ts'

/**
 * A signed state with receipts from a write quorum, all of one term: proof that it cannot be lost with m slots. Receipts
 * of two terms do not add up: between them another state of the same nonce may have been certified.
 */
export type Certificate = { signed: SignedState; receipts: readonly Receipt[] }

/** Who held a slot before. Its receipts of epochs before `untilEpoch` certify for good what they certified. */
export type FormerOperator = { operator: Address; untilEpoch: Epoch }

/** What the chain knows of the certificate's volume. */
export type CertificateContext = {
  domain: SigningDomain
  k: number
  m: number
  /** Operators by slot. */
  operators: readonly Address[]
  /** By slot; nothing where the slot has had one operator only. */
  formers: readonly (FormerOperator | undefined)[]
  /** Key of the state's generation. */
  sessionKey: Address
}

/**
 * Checks that the session key signed the state and that at least `quorum(k, m)` slots, each once, took it under one term
 * not below the state's.
 *
 * @throws {StorgoError} `CERTIFICATE_INVALID`; `STATE_SIGNATURE_INVALID` if the state itself is nobody's.
 */
export function verifyCertificate({ signed, receipts }: Certificate, context: CertificateContext): void {
  const { domain, k, m, operators, formers, sessionKey } = context
  const needed = quorum(k, m)
  // Counted before anything is recovered: recovery is slow, and a stranger chose the number of receipts.
  if (receipts.length > k + m) throw invalid('more receipts than slots', { receipts: receipts.length })
  if (receipts.length < needed) throw invalid('fewer receipts than the quorum', { receipts: receipts.length, needed })
  if (new Set(receipts.map(({ slot }) => slot)).size < receipts.length) throw invalid('two receipts for one slot')
  const [{ term } = { term: 0n }] = receipts
  if (receipts.some((receipt) => receipt.term !== term)) throw invalid('receipts of more than one term')
  if (term < signed.state.term) throw invalid('receipts of an earlier term than the state', { term })

  if (!isAddressEqual(recoverStateSigner(signed, domain), sessionKey)) throw invalid('not signed by the session key')
  const digest = stateDigest(signed.state, domain)
  for (const receipt of receipts) {
    const operator = receipt.slot < k + m ? operators[receipt.slot] : undefined
    if (operator === undefined) throw invalid('a receipt for no slot of the volume', { slot: receipt.slot })
    const signer = recoverReceiptSigner(digest, receipt, domain)
    if (isAddressEqual(signer, operator) || isOfFormer(receipt, signer, formers[receipt.slot])) continue
    throw invalid('not signed by the operator', { slot: receipt.slot, signer })
  }
}

function isOfFormer({ epoch }: Receipt, signer: Address, former: FormerOperator | undefined): boolean {
  return former !== undefined && epoch < former.untilEpoch && isAddressEqual(signer, former.operator)
}

function invalid(message: string, details: ErrorDetails = {}): StorgoError {
  return new StorgoError('CERTIFICATE_INVALID', `the certificate is invalid: ${message}`, details)
}
