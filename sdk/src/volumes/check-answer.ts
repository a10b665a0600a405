import {
  type Certificate,
  encodeCertificate,
  equalBytes,
  headHash,
  recoverReceiptSigner,
  recoverStateSigner,
  type SignedState,
  type SlotStateReply,
  StorgoError,
  stateDigest,
  verifyCertificate,
} from '@storgo/protocol'
import { isAddressEqual } from 'viem'
import { bytesToHex } from 'viem/utils'
import type { VolumeRecord } from './volume-record.ts'

/** What the chain knows of a volume whose slots' answers are checked. */
export type CheckedVolume = Pick<
  VolumeRecord,
  'volumeId' | 'k' | 'm' | 'domain' | 'operators' | 'formers' | 'sessionKeyOf'
>

/**
 * Checks what slots say they hold: certificates, signatures, receipts and head records, all of this volume. Slots mostly
 * tell the same, and recovering signers is slow, so a certificate is verified once.
 */
export class AnswerChecker {
  readonly #record: CheckedVolume
  readonly #verified = new Set<string>()

  constructor(record: CheckedVolume) {
    this.#record = record
  }

  /** @throws {StorgoError} `CERTIFICATE_INVALID`, `STATE_SIGNATURE_INVALID`, `HEAD_INVALID`, `REQUEST_INVALID`. */
  async check(slot: number, { certified, latest }: Pick<SlotStateReply, 'certified' | 'latest'>): Promise<void> {
    if (certified) {
      this.#checkOwn(certified.certificate.signed, certified.headRecord)
      await this.#checkCertificate(certified.certificate)
    }
    if (!latest) return
    const { domain, operators, sessionKeyOf } = this.#record
    this.#checkOwn(latest.signed, latest.headRecord)
    const sessionKey = await sessionKeyOf(latest.signed.state.generation)
    if (!isAddressEqual(recoverStateSigner(latest.signed, domain), sessionKey)) {
      throw new StorgoError('STATE_SIGNATURE_INVALID', `slot ${slot} holds a state that the session key did not sign`, {
        slot,
      })
    }
    const signer = recoverReceiptSigner(stateDigest(latest.signed.state, domain), latest.receipt, domain)
    const operator = operators[slot]
    if (latest.receipt.slot !== slot || !operator || !isAddressEqual(signer, operator)) {
      throw new StorgoError('CERTIFICATE_INVALID', `slot ${slot} answers with a receipt that is not its own`, { slot })
    }
  }

  async #checkCertificate(certificate: Certificate): Promise<void> {
    const encoded = bytesToHex(encodeCertificate(certificate))
    if (this.#verified.has(encoded)) return
    const { domain, k, m, operators, formers, sessionKeyOf } = this.#record
    const sessionKey = await sessionKeyOf(certificate.signed.state.generation)
    verifyCertificate(certificate, { domain, k, m, operators, formers, sessionKey })
    this.#verified.add(encoded)
  }

  #checkOwn({ state }: SignedState, headRecord: Uint8Array): void {
    const { volumeId } = this.#record
    if (state.volumeId !== volumeId) {
      throw new StorgoError('REQUEST_INVALID', `a state of volume ${state.volumeId}, not ${volumeId}`, { volumeId })
    }
    if (!equalBytes(headHash(headRecord), state.head)) {
      throw new StorgoError('HEAD_INVALID', 'the head record is not the one that the state names', { volumeId })
    }
  }
}
