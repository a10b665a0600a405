import type { Envelope } from '@storgo/protocol'
import { PenHolder } from './pen-holder.ts'
import type { Reading } from './version.ts'
import type { VolumeRecord } from './volume-record.ts'
import { VolumeVersions, type VolumeVersionsOptions } from './volume-versions.ts'
import type { Write, Written } from './write-session.ts'
import { WriteTurns } from './write-turns.ts'

export type VolumeSessionOptions = VolumeVersionsOptions & {
  /** Envelopes for the head record of a volume that has none yet. */
  sealKey: () => Promise<readonly Envelope[]>
}

/** What a client keeps of one volume between calls: its last certified version, how its slots do, and the pen. */
export class VolumeSession {
  readonly #versions: VolumeVersions
  readonly #holder: PenHolder
  readonly #turns: WriteTurns

  constructor(options: VolumeSessionOptions) {
    this.#versions = new VolumeVersions(options)
    this.#holder = new PenHolder({ versions: this.#versions, sealKey: options.sealKey, logger: options.logger })
    this.#turns = new WriteTurns({ holder: this.#holder, versions: this.#versions })
  }

  /** For the reads of one call, which all see one version: see `VolumeVersions.reading`. */
  reading(signal: AbortSignal | undefined): Reading {
    return this.#versions.reading(signal)
  }

  /** The volume as the chain knew it some seconds ago. */
  record(signal?: AbortSignal): Promise<VolumeRecord> {
    return this.#versions.record({ signal })
  }

  /**
   * Runs `use` while nothing else writes the volume, and makes what it changed part of the next certified state, together
   * with other writes that wait. When it fails, what it did not commit is forgotten. It may run more than once: when
   * another writer comes between, it begins again on what the volume holds then.
   * @throws {StorgoError} `NOT_ENOUGH_SLOTS` below q live slots; `PEN_HELD` or `PEN_TAKEN` when others keep the pen for
   * long; `STATE_UNFINISHED` when another writer's state may have reached a quorum and too few slots answer to complete it;
   * `VOLUME_CLOSED`; what `use` throws. Rejects with the signal's reason when it aborts.
   */
  toWrite<T>(signal: AbortSignal, use: Write<T>): Promise<Written<T>> {
    return this.#turns.run(use, signal)
  }

  /** Resolves when the slots have been told what is certified, or are out of reach. */
  settled(): Promise<void> {
    return this.#holder.settled()
  }
}
