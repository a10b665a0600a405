import { StorgoError } from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import type { SlotRef } from '../store/slot-store.ts'
import { checkFacts, type VolumeFacts, type VolumeSource } from './volume-facts.ts'

/** Who asks, as proven in hello. */
export type Asker = { account: Address; isProvider: boolean; signal: AbortSignal }

/** The rules of who may do what with the slots of `operator`. */
export class SlotAccess {
  readonly #volumes: VolumeSource
  readonly #operator: Address

  constructor(volumes: VolumeSource, operator: Address) {
    this.#volumes = volumes
    this.#operator = operator
  }

  /**
   * The volume's owner and the session key in force may write.
   * @throws {StorgoError} `VOLUME_UNKNOWN`, `SLOT_NOT_HELD`, `ACCESS_DENIED`, `VOLUME_CLOSED`.
   */
  async assertMayWrite(ref: SlotRef, asker: Asker): Promise<VolumeFacts> {
    return checkFacts(this.#volumes, ref.volumeId, asker, (facts) => {
      this.#assertHeld(ref, facts)
      if (!isClient(facts, asker)) throw denied(ref, asker)
      if (facts.closed) {
        throw new StorgoError('VOLUME_CLOSED', `Volume ${ref.volumeId} is closed.`, { volumeId: ref.volumeId })
      }
      return facts
    })
  }

  /**
   * So may read, and hand over certificates, who may write and every provider that holds another slot of the volume.
   * @throws {StorgoError} `VOLUME_UNKNOWN`, `SLOT_NOT_HELD`, `ACCESS_DENIED`.
   */
  async assertMayRead(ref: SlotRef, asker: Asker): Promise<VolumeFacts> {
    return checkFacts(this.#volumes, ref.volumeId, asker, (facts) => {
      this.#assertHeld(ref, facts)
      if (!isClient(facts, asker) && !isCoSlot(facts, asker)) throw denied(ref, asker)
      return facts
    })
  }

  #assertHeld({ volumeId, slot }: SlotRef, { operators }: VolumeFacts): void {
    const holder = operators[slot]
    if (holder !== undefined && isAddressEqual(holder, this.#operator)) return
    throw new StorgoError('SLOT_NOT_HELD', `This provider does not hold slot ${slot} of volume ${volumeId}.`, {
      volumeId,
      slot,
    })
  }
}

function isClient({ owner, sessionKey }: VolumeFacts, { account }: Asker): boolean {
  return isAddressEqual(account, owner) || isAddressEqual(account, sessionKey.address)
}

function isCoSlot({ operators }: VolumeFacts, { account, isProvider }: Asker): boolean {
  return isProvider && operators.some((operator) => operator !== undefined && isAddressEqual(operator, account))
}

function denied({ volumeId }: SlotRef, { account }: Asker): StorgoError {
  return new StorgoError('ACCESS_DENIED', `${account} has no right to volume ${volumeId}.`, { volumeId, account })
}
