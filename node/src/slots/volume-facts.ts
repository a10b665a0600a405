import { type Epoch, type FormerOperator, isStorgoError } from '@storgo/protocol'
import type { Address } from 'viem'

/** A key that may sign states, and until when. `expiresAt` in Unix seconds. */
export type SessionKey = { address: Address; expiresAt: bigint }

/** What the chain says of a volume. */
export type VolumeFacts = {
  owner: Address
  k: number
  m: number
  /** Sectors per slot that the volume pays for. */
  billedSectors: number
  closed: boolean
  /** Of the session key in force. */
  generation: number
  sessionKey: SessionKey
  /** Operators by slot; undefined for a vacant one. */
  operators: readonly (Address | undefined)[]
  /** Who held the slots before, by slot. */
  formers: readonly (FormerOperator | undefined)[]
  /** Epochs for which what was freed may not be overwritten. */
  retentionEpochs: number
}

type ReadOptions = { signal: AbortSignal }

/** Where rules about volumes get their facts. */
export interface VolumeSource {
  /**
   * May be some seconds old, or with `fresh` as good as new.
   * @throws {StorgoError} `VOLUME_UNKNOWN`; `CHAIN_UNREACHABLE` if nothing is known of it and the chain does not answer.
   */
  facts(volumeId: bigint, options: ReadOptions & { fresh?: boolean }): Promise<VolumeFacts>
  /** The key of a generation, which never changes once it was in force. */
  sessionKeyOf(volumeId: bigint, generation: number, options: ReadOptions): Promise<SessionKey>
  /** The current epoch, as far as this node knows. */
  currentEpoch(): Epoch
}

/** Runs a check on what is known of a volume, and before it refuses once more on what the chain says now. */
export async function checkFacts<Result>(
  volumes: VolumeSource,
  volumeId: bigint,
  { signal }: ReadOptions,
  check: (facts: VolumeFacts) => Result,
): Promise<Result> {
  const known = await volumes.facts(volumeId, { signal })
  try {
    return check(known)
  } catch (error) {
    if (!isStorgoError(error)) throw error
    return check(await volumes.facts(volumeId, { signal, fresh: true }))
  }
}
