import { ErasureCode, equalBytes, HASH_BYTES, StorgoError, signReceipt, stateDigest } from '@storgo/protocol'
import { type Changes, rebuildSectors, whatChanged } from '@storgo/sdk'
import { lockName, type SlotServices } from '../slots/slot-services.ts'
import type { HeldState, SlotRef, SlotView, Version } from '../store/slot-store.ts'
import type { CoSlots } from './co-slots.ts'
import { DraftOfState } from './draft-of-state.ts'

/** While a client writes, the state rebuilt is overtaken; each round has less to do than the one before. */
const MOST_ROUNDS = 6

export type CatchUpServices = Pick<SlotServices, 'store' | 'locks' | 'volumes' | 'domain' | 'operator'>

export type CatchUpOptions = {
  services: CatchUpServices
  ref: SlotRef
  coSlots: CoSlots
  signal: AbortSignal
  /** Told of co-slots that fail or lie. */
  onTrouble?: (slot: number, error: unknown) => void
}

/** `nonce`: of the certified state held now. `sectors`: rebuilt from others on the way. */
export type CaughtUp = { nonce: bigint; sectors: number }

/** What is held that the others' state builds on. */
type Base = { version: Version; nonce: bigint; digest: Uint8Array | undefined }

/**
 * Brings a slot to the highest certified state of its volume without the owner: what it has missed is rebuilt from k other
 * slots and verified, and taken over all at once with a receipt of its own. Ended before that, it has changed nothing.
 *
 * @returns `undefined` if the others hold no higher state.
 * @throws {StorgoError} `NOT_ENOUGH_SLOTS`, `DISK_FULL`, `STORE_READ_ONLY`; `STATE_ROOT_MISMATCH` when the others' sectors do
 * not make up the slot that the state names; `STATE_STALE` when it was overtaken again and again.
 */
export async function catchUp(options: CatchUpOptions): Promise<CaughtUp | undefined> {
  const { services, ref, coSlots, signal } = options
  using draft = new DraftOfState(services.store)
  const attempt = new Attempt(options, draft)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    signal.throwIfAborted()
    const since = certifiedNonceOf(services, ref)
    const { record, links } = coSlots
    const changes = await whatChanged({ record, slot: ref.slot, since, uncertified: false, links, signal })
    if (changes.signed.state.nonce <= since) return round === 0 ? undefined : { nonce: since, sectors: attempt.rebuilt }
    if (await attempt.towards(changes)) return { nonce: changes.signed.state.nonce, sectors: attempt.rebuilt }
  }
  throw new StorgoError('STATE_STALE', 'Others write faster than this slot catches up.', { rounds: MOST_ROUNDS })
}

class Attempt {
  rebuilt = 0
  readonly #options: CatchUpOptions
  readonly #draft: DraftOfState
  /** The state that the draft's sectors are of. */
  #draftNonce: bigint | undefined
  /** A co-slot has left out what changed: nothing it says of that is believed any more. */
  #rebuildAll = false

  constructor(options: CatchUpOptions, draft: DraftOfState) {
    this.#options = options
    this.#draft = draft
  }

  /** @returns whether the slot holds that state now; if not there may be a newer one. */
  async towards(changes: Changes): Promise<boolean> {
    const { services, ref } = this.#options
    const digest = stateDigest(changes.signed.state, services.domain)
    using view = services.store.view(ref)
    const base = baseOf(view, changes, digest)
    if (base === undefined) return this.#adopt(changes, digest, undefined)
    await this.#forgetStale(changes)
    try {
      await this.#rebuild(changes, view, base)
    } catch (error) {
      if (await this.#isOvertaken(changes, error)) return false
      throw error
    }
    const { sectors } = changes.signed.state
    const expected = changes.slotRoots.subarray(ref.slot * HASH_BYTES, (ref.slot + 1) * HASH_BYTES)
    if (sectors > 0 && !equalBytes(this.#draft.rootOn(view, base.version, sectors), expected)) {
      if (this.#rebuildAll) throw mismatch(ref, changes)
      this.#rebuildAll = true
      this.#draft.clear()
      return false
    }
    return this.#adopt(changes, digest, base)
  }

  /** Sectors that changed between the state that they were rebuilt of and this one are rebuilt again. */
  async #forgetStale({ signed: { state }, holders }: Changes): Promise<void> {
    const since = this.#draftNonce
    this.#draftNonce = state.nonce
    if (since === undefined || since === state.nonce) return
    const { ref, coSlots, signal } = this.#options
    const slot = { record: coSlots.record, slot: ref.slot, uncertified: false, links: holders, signal }
    const moved = await whatChanged({ ...slot, since })
    if (moved.sectors === 'all' || moved.signed.state.nonce !== state.nonce) this.#draft.clear()
    else this.#draft.forget(moved.sectors)
  }

  async #rebuild({ signed: { state }, sectors, holders }: Changes, view: SlotView, base: Base): Promise<void> {
    const { coSlots, ref, signal, onTrouble } = this.#options
    const wanted = this.#rebuildAll || sectors === 'all' ? [...Array(state.sectors).keys()] : sectors
    const missing = wanted.filter((sector) => !this.#draft.has(sector))
    // Of a whole slot on top of another, what stays the same takes no room, and how much that is is not known yet.
    if (!this.#rebuildAll || base.nonce === 0n) this.#draft.assertRoom(missing.length)
    const code = ErasureCode.create(coSlots.record.k, coSlots.record.m)
    const roots = view.sectorRoots(base.version, state.sectors)
    const rebuilding = rebuildSectors({
      ...{ code, state, slot: ref.slot, links: holders, sectors: missing, signal, onTrouble },
    })
    for await (const { sector, bytes } of rebuilding) {
      await this.#draft.add(sector, bytes, roots.subarray(sector * HASH_BYTES, (sector + 1) * HASH_BYTES))
      this.rebuilt++
    }
  }

  /** Whether rebuilding failed because the others have moved on from that state. */
  async #isOvertaken({ signed: { state } }: Changes, error: unknown): Promise<boolean> {
    const { ref, coSlots, signal } = this.#options
    if (!(error instanceof StorgoError) || error.code !== 'NOT_ENOUGH_SLOTS') return false
    const { record, links } = coSlots
    const now = await whatChanged({ record, slot: ref.slot, since: state.nonce, uncertified: false, links, signal })
    return now.signed.state.nonce > state.nonce
  }

  /** Takes the state over unless something else was committed meanwhile. Without a base it is held and only certified. */
  #adopt(changes: Changes, digest: Uint8Array, base: Base | undefined): Promise<boolean> {
    const { services, ref } = this.#options
    const { store, locks, volumes, domain, operator } = services
    const { signed, receipts, slotRoots, headRecord, freed } = changes
    return locks.run(lockName(ref), async () => {
      using view = store.view(ref)
      const epoch = volumes.currentEpoch()
      if (base === undefined) {
        if (!isState(view.latest, digest)) return false
        await store.certify(ref, receipts, epoch)
        return true
      }
      if (!isState(view[base.version], base.digest)) return false
      if (base.version === 'certified' && isState(view.latest, digest)) return false
      const term = receipts[0]?.term ?? signed.state.term
      const receipt = signReceipt({ state: digest, slot: ref.slot, epoch, term }, domain, operator.privateKey)
      const next = { signed, digest, slotRoots, headRecord, receipt, receipts }
      await store.adopt(ref, { next, staged: this.#draft.staged, base: base.version, freed, epoch })
      this.#draft.taken()
      return true
    })
  }
}

/** `undefined` when the state itself is held. */
function baseOf(view: SlotView, { signed: { state } }: Changes, digest: Uint8Array): Base | undefined {
  const { certified, latest } = view
  if (isState(latest, digest)) return undefined
  // What is held without a certificate and is the parent of a certified state was certified.
  if (latest && equalBytes(latest.digest, state.parent)) return { version: 'latest', ...placeOf(latest) }
  return { version: 'certified', ...placeOf(certified) }
}

function placeOf(held: HeldState | undefined): Omit<Base, 'version'> {
  return { nonce: held?.signed.state.nonce ?? 0n, digest: held?.digest }
}

function isState(held: HeldState | undefined, digest: Uint8Array | undefined): boolean {
  return held === undefined || digest === undefined ? held?.digest === digest : equalBytes(held.digest, digest)
}

function certifiedNonceOf({ store }: CatchUpServices, ref: SlotRef): bigint {
  using view = store.view(ref)
  return view.certified?.signed.state.nonce ?? 0n
}

function mismatch({ volumeId, slot }: SlotRef, { signed: { state } }: Changes): StorgoError {
  const details = { volumeId, slot, nonce: state.nonce }
  return new StorgoError('STATE_ROOT_MISMATCH', 'What the other slots hold does not make up this slot.', details)
}
