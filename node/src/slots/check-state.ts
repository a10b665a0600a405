import { createHash } from 'node:crypto'
import {
  equalBytes,
  HASH_BYTES,
  readFreed,
  type SectorRun,
  type SlotCommitRequest,
  StorgoError,
  volumeRoot,
} from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import type { SessionKey } from './volume-facts.ts'

/**
 * @param by the session key that has to have signed, and its generation.
 * @param options `mayBeOver`: the key need not be in force any more.
 * @throws {StorgoError} `SESSION_KEY_EXPIRED`, `STATE_SIGNATURE_INVALID`, `VOLUME_FULL`.
 */
export function assertSignedBySession(
  { signed: { state } }: SlotCommitRequest,
  { signer, nowMs }: { signer: Address; nowMs: number },
  { key, generation }: { key: SessionKey; generation: number },
  { billedSectors, mayBeOver }: { billedSectors: number; mayBeOver: boolean },
): void {
  const { volumeId } = state
  const isOver = key.expiresAt <= BigInt(Math.floor(nowMs / 1000))
  if (state.generation !== generation || (isOver && !mayBeOver)) {
    const details = { volumeId, generation: state.generation, current: generation, expiresAt: key.expiresAt }
    throw new StorgoError('SESSION_KEY_EXPIRED', `Session key ${state.generation} is no longer in force.`, details)
  }
  if (!isAddressEqual(signer, key.address)) {
    const details = { volumeId, signer, sessionKey: key.address }
    throw new StorgoError('STATE_SIGNATURE_INVALID', 'The state is not signed by the session key.', details)
  }
  if (state.sectors > billedSectors) {
    const details = { volumeId, sectors: state.sectors, billedSectors }
    throw new StorgoError(
      'VOLUME_FULL',
      `${state.sectors} sectors are more than the ${billedSectors} paid for.`,
      details,
    )
  }
}

/** @throws {StorgoError} `HEAD_INVALID`, `REQUEST_INVALID` for another number of slots, `STATE_ROOT_MISMATCH`. */
export function assertConsistent({ signed: { state }, slotRoots, headRecord }: SlotCommitRequest, n: number): void {
  const head = createHash('sha256').update(headRecord).digest()
  if (!equalBytes(head, state.head))
    throw new StorgoError('HEAD_INVALID', 'The head record is not the one the state names.')
  if (state.sectors > 0 && slotRoots.length !== n * HASH_BYTES) {
    throw new StorgoError('REQUEST_INVALID', `A volume of ${n} slots has as many slot roots.`, {
      n,
      bytes: slotRoots.length,
    })
  }
  if (!equalBytes(volumeRoot(slotRoots, state.sectors), state.root)) {
    throw new StorgoError('STATE_ROOT_MISMATCH', "The slot roots do not lead to the state's root.", {
      nonce: state.nonce,
    })
  }
}

/**
 * The stripes that a state frees.
 *
 * @throws {StorgoError} `HEAD_INVALID` for a record that cannot be read, or that frees stripes which the state does not have.
 */
export function freedBy({ signed: { state }, headRecord }: SlotCommitRequest): SectorRun[] {
  const runs = readFreed(headRecord)
  const end = runs.at(-1)
  if (end === undefined || end.first + end.count <= state.sectors) return runs
  const details = { first: end.first, count: end.count, sectors: state.sectors }
  throw new StorgoError('HEAD_INVALID', 'The head record frees stripes that the state does not have.', details)
}
