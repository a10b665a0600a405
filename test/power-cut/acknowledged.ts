import {
  decodeSlotCertifyRequest,
  decodeSlotCommitRequest,
  decodeSlotPenRequest,
  SLOT_CERTIFY_PROTOCOL,
  SLOT_COMMIT_PROTOCOL,
  SLOT_PEN_PROTOCOL,
  type State,
} from '@storgo/protocol'
import { bytesToHex } from 'viem'
import type { AskedSlot } from '../integration/volumes/serve-slot.ts'

/**
 * What a slot has said that it will not forget: that it promised a term, holds a state (the receipt), or that one is certified.
 * Plain enough for JSON: numbers as text, roots as hexadecimal text.
 */
export type Acknowledged = { slot: number } & (
  | { kind: 'promised'; term: string }
  | { kind: 'held' | 'certified'; nonce: string; root: string }
)

/** What the reply to a request acknowledges, if it is one that does. */
export function acknowledgedBy({ slot, protocol, message }: AskedSlot): Acknowledged | undefined {
  if (protocol === SLOT_PEN_PROTOCOL) {
    return { slot, kind: 'promised', term: String(decodeSlotPenRequest(message).term) }
  }
  if (protocol === SLOT_COMMIT_PROTOCOL) {
    return { slot, kind: 'held', ...named(decodeSlotCommitRequest(message).signed.state) }
  }
  if (protocol !== SLOT_CERTIFY_PROTOCOL) return undefined
  return { slot, kind: 'certified', ...named(decodeSlotCertifyRequest(message).certificate.signed.state) }
}

function named({ nonce, root }: State): { nonce: string; root: string } {
  return { nonce: String(nonce), root: bytesToHex(root) }
}
