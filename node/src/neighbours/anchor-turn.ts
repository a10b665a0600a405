import { createHash } from 'node:crypto'
import type { Epoch } from '@storgo/protocol'
import { type Address, hexToBytes } from 'viem'

/** Blocks from an epoch's first one to the first watcher's turn: proofs of the epoch before are settled by then. */
const FIRST_TURN_BLOCKS = 2n
/** Blocks between one watcher's turn and the next one's: time enough to see that the floor has been raised. */
const TURN_BLOCKS = 3n

/**
 * The block from which on it is this operator's turn to raise a floor: the slots of a volume take turns in an order that is
 * another in every epoch, so that one of them pays and the others find the work done.
 */
export function anchorTurn(own: Address, { volumeId, epoch, operators, firstBlock }: AnchorOrder): bigint {
  const hash = turnHash(own, volumeId, epoch)
  const before = operators.filter((other) => turnHash(other, volumeId, epoch).compare(hash) < 0).length
  return firstBlock + FIRST_TURN_BLOCKS + BigInt(before) * TURN_BLOCKS
}

export type AnchorOrder = {
  volumeId: bigint
  /** The epoch that was watched. */
  epoch: Epoch
  /** Of the volume's slots. */
  operators: readonly Address[]
  /** Of the epoch after it. */
  firstBlock: bigint
}

function turnHash(operator: Address, volumeId: bigint, epoch: Epoch): Buffer {
  const numbers = Buffer.alloc(12)
  numbers.writeBigUInt64BE(volumeId)
  numbers.writeUInt32BE(epoch, 8)
  return createHash('sha256').update(numbers).update(hexToBytes(operator)).digest()
}
