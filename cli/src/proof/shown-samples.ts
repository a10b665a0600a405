import { proofOfStorageAbi } from '@storgo/contracts/abi'
import {
  challengedLeaf,
  EMPTY_STATE_INDEX,
  HASH_BYTES,
  LEAF_BYTES,
  SECTOR_DEPTH,
  STATE_RECORD_BYTES,
  slotDepth,
  verifyPath,
  volumeDepth,
} from '@storgo/protocol'
import { decodeFunctionData, type Hex, hexToBytes } from 'viem'

/** Where a challenge of an epoch fell: a slot of an n-slot volume, and a leaf counted from the start of its billed sectors. */
export type Challenge = { volumeId: bigint; slot: number; n: number; offset: bigint }

/** What a proof showed for one challenge. Sector and leaf are null where the slot held nothing yet. */
export type ShownSample = {
  sample: number
  volumeId: bigint
  slot: number
  nonce: bigint
  sector: number | null
  leaf: number | null
  /** Whether the leaf leads to the root of the state, worked out here once more. */
  verified: boolean
}

/**
 * Takes the transaction of a proof apart and checks every leaf in it.
 * @param input of a call of `prove`.
 * @returns `undefined` for anything that is not one made for these challenges.
 */
export function shownSamples(input: Hex, challenges: readonly Challenge[]): ShownSample[] | undefined {
  try {
    const { functionName, args } = decodeFunctionData({ abi: proofOfStorageAbi, data: input })
    if (functionName !== 'prove') return undefined
    const [, states, samples] = args
    return readSamples(hexToBytes(states), hexToBytes(samples), challenges)
  } catch {
    return undefined
  }
}

function readSamples(states: Uint8Array, bytes: Uint8Array, challenges: readonly Challenge[]): ShownSample[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  return challenges.map(({ volumeId, slot, n, offset }, sample) => {
    const index = view.getUint16(at)
    at += 2
    const empty = { sample, volumeId, slot, nonce: 0n, sector: null, leaf: null, verified: true }
    if (index === EMPTY_STATE_INDEX) return empty
    const record = new DataView(states.buffer, states.byteOffset + index * STATE_RECORD_BYTES, STATE_RECORD_BYTES)
    const [shownVolume, nonce, sectors] = [record.getBigUint64(0), record.getBigUint64(8), record.getUint32(20)]
    if (sectors === 0) return { ...empty, nonce, verified: shownVolume === volumeId }
    const root = states.subarray(index * STATE_RECORD_BYTES + 24, index * STATE_RECORD_BYTES + 24 + HASH_BYTES)
    const pathBytes = HASH_BYTES * (SECTOR_DEPTH + slotDepth(sectors) + volumeDepth(n))
    const leafBytes = bytes.subarray(at, at + LEAF_BYTES)
    const path = bytes.subarray(at + LEAF_BYTES, at + LEAF_BYTES + pathBytes)
    at += LEAF_BYTES + pathBytes
    const { sectorIndex, leaf } = challengedLeaf(Number(offset), sectors)
    const claim = { root, sectors, n, slot, sectorIndex, firstLeaf: leaf, bytes: leafBytes, path }
    const verified = shownVolume === volumeId && verifyPath(claim)
    return { sample, volumeId, slot, nonce, sector: sectorIndex, leaf, verified }
  })
}
