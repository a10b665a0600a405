import { type Certificate, concatBytes, StorgoError } from '@storgo/protocol'
import { hexToBytes, numberToHex } from 'viem'

const integer = (value: number | bigint, size: number): Uint8Array => hexToBytes(numberToHex(value, { size }))

/**
 * A certificate as the contract takes it (docs/protocol/types.md, section 15): 200 bytes and 69 for each receipt. It is encoded as it
 * is, valid or not.
 *
 * @throws {StorgoError} `CERTIFICATE_INVALID` where it has no receipt, or receipts of more than one term: there is no place for
 * a second one.
 */
export function encodeCertificate({ signed: { state, signature }, receipts }: Certificate): Uint8Array {
  const [first] = receipts
  if (first === undefined) throw new StorgoError('CERTIFICATE_INVALID', 'The certificate has no receipt.')
  const { term } = first
  if (receipts.some((receipt) => receipt.term !== term))
    throw new StorgoError('CERTIFICATE_INVALID', 'The certificate has receipts of more than one term.', { term })
  const bySlot = receipts.toSorted((a, b) => a.slot - b.slot)
  return concatBytes(
    integer(state.volumeId, 8),
    integer(state.nonce, 8),
    integer(state.generation, 4),
    integer(state.sectors, 4),
    state.root,
    state.parent,
    integer(state.term, 8),
    state.head,
    signature,
    integer(term, 8),
    ...bySlot.flatMap((receipt) => [integer(receipt.slot, 1), integer(receipt.epoch, 4), receipt.signature]),
  )
}
