import { type Epoch, isStorgoError, StorgoError } from '@storgo/protocol'
import type { SessionKey, VolumeFacts, VolumeSource } from '../slots/volume-facts.ts'

/** Events announce what changes, so this only bounds the damage of a missed one. */
const KNOWN_MS = 60_000
const UNKNOWN_MS = 2_000
/** What was read this recently is as good as new. */
const FRESH_MS = 1_000
const MAX_VOLUMES = 10_000
/** Strangers can name any volume; so many of their questions may reach the chain at a time. */
const MAX_READS = 32

export type VolumeCacheOptions = {
  /** `undefined` if there is no such volume. */
  readFacts: (volumeId: bigint, options: { signal: AbortSignal }) => Promise<VolumeFacts | undefined>
  readSessionKey: (volumeId: bigint, generation: number, options: { signal: AbortSignal }) => Promise<SessionKey>
  currentEpoch: () => Epoch
  nowMs: () => number
}

type Known = { facts: VolumeFacts | undefined; readAtMs: number }

/** Volume facts from the chain, kept for a while. A volume that changed is forgotten when its event is seen. */
export class VolumeCache implements VolumeSource {
  readonly #options: VolumeCacheOptions
  readonly #known = new Map<bigint, Known>()
  readonly #reading = new Map<bigint, Promise<VolumeFacts | undefined>>()
  readonly #sessionKeys = new Map<string, SessionKey>()

  constructor(options: VolumeCacheOptions) {
    this.#options = options
  }

  currentEpoch(): Epoch {
    return this.#options.currentEpoch()
  }

  async facts(
    volumeId: bigint,
    { signal, fresh = false }: { signal: AbortSignal; fresh?: boolean },
  ): Promise<VolumeFacts> {
    const known = this.#known.get(volumeId)
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : this.#options.nowMs() - known.readAtMs
    const keptMs = known?.facts === undefined ? UNKNOWN_MS : KNOWN_MS
    if (known !== undefined && ageMs < (fresh ? FRESH_MS : keptMs)) return found(volumeId, known.facts)
    try {
      return found(volumeId, await this.#read(volumeId, signal))
    } catch (error) {
      // A chain that does not answer must not stop reads of volumes that are known.
      if (fresh || known?.facts === undefined || !isStorgoError(error, 'CHAIN_UNREACHABLE')) throw error
      return known.facts
    }
  }

  async sessionKeyOf(volumeId: bigint, generation: number, { signal }: { signal: AbortSignal }): Promise<SessionKey> {
    const name = `${volumeId}/${generation}`
    const known = this.#sessionKeys.get(name)
    if (known !== undefined) return known
    const key = await this.#options.readSessionKey(volumeId, generation, { signal })
    remember(this.#sessionKeys, name, key)
    return key
  }

  /** Whatever is known of the volume is out of date. */
  forget(volumeId: bigint): void {
    this.#known.delete(volumeId)
    // A read that is under way may have begun before the change.
    this.#reading.delete(volumeId)
  }

  /** Nothing that was read holds any more: the chain went another way. */
  forgetAll(): void {
    this.#known.clear()
    this.#reading.clear()
    this.#sessionKeys.clear()
  }

  async #read(volumeId: bigint, signal: AbortSignal): Promise<VolumeFacts | undefined> {
    const running = this.#reading.get(volumeId)
    if (running !== undefined) return running
    if (this.#reading.size >= MAX_READS) {
      throw new StorgoError('PROVIDER_BUSY', 'Too many volumes are being looked up.', { most: MAX_READS })
    }
    const reading = this.#options.readFacts(volumeId, { signal })
    this.#reading.set(volumeId, reading)
    try {
      const facts = await reading
      if (this.#reading.get(volumeId) === reading) {
        this.#known.delete(volumeId)
        remember(this.#known, volumeId, { facts, readAtMs: this.#options.nowMs() })
      }
      return facts
    } finally {
      if (this.#reading.get(volumeId) === reading) this.#reading.delete(volumeId)
    }
  }
}

function found(volumeId: bigint, facts: VolumeFacts | undefined): VolumeFacts {
  if (facts === undefined) throw new StorgoError('VOLUME_UNKNOWN', `There is no volume ${volumeId}.`, { volumeId })
  return facts
}

/** Adds to a map that forgets what was added longest ago. */
function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.set(key, value)
  const oldest = map.size > MAX_VOLUMES ? map.keys().next() : undefined
  if (oldest?.done === false) map.delete(oldest.value)
}
