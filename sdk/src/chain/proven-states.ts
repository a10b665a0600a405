import { StorgoError } from '@storgo/protocol'
import { type Hex, hexToBigInt, size, sliceHex } from 'viem'

/** What a proof showed of a volume; nonce 0 is the implicit empty state. */
export type ProvenState = { volumeId: bigint; nonce: bigint }

const ENTRY_BYTES = 16
const VOLUME_BYTES = 8

/**
 * Reads `EpochProven.statesUsed`: one entry for each signed state, by rising volumeId, then one for every sample shown as empty.
 *
 * @throws {StorgoError} `VERSION_UNSUPPORTED` if it is not made of whole entries.
 */
export function decodeProvenStates(list: Hex): ProvenState[] {
  const bytes = size(list)
  if (bytes % ENTRY_BYTES !== 0)
    throw new StorgoError('VERSION_UNSUPPORTED', `A proof's list of states has ${bytes} bytes.`, { bytes })
  return Array.from({ length: bytes / ENTRY_BYTES }, (_, index) => {
    const at = index * ENTRY_BYTES
    const volumeId = hexToBigInt(sliceHex(list, at, at + VOLUME_BYTES))
    return { volumeId, nonce: hexToBigInt(sliceHex(list, at + VOLUME_BYTES, at + ENTRY_BYTES)) }
  })
}
