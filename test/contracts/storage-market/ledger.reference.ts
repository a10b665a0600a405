import { type Address, zeroAddress } from 'viem'
import { BookReference } from './book.reference.ts'

const GRACE_EPOCHS = 2
const NOTICE_EPOCHS = 2

/** What a slot costs from an epoch on, until the next of its terms begins. */
type Term = { from: number; price: bigint }
/** `leaves`: the epoch from which on a dismissed slot is vacant. */
type Slot = { provider: Address; position: number; terms: Term[]; settled: number; leaves?: number }
type Volume = { owner: Address; sectors: number; opened: number; end: number; closed: boolean; slots: Slot[] }
type Ask = { price: bigint; announced?: { price: bigint; from: number } }

/** The price of one slot for one epoch. */
const priceIn = ({ terms }: Slot, epoch: number): bigint => terms.findLast(({ from }) => from <= epoch)?.price ?? 0n

/** Slots that have not been dismissed. */
const live = ({ slots }: Volume): Slot[] => slots.filter(({ leaves }) => leaves === undefined)

const plus = <Key>(sums: Map<Key, bigint>, key: Key, amount: bigint) => sums.set(key, (sums.get(key) ?? 0n) + amount)

/**
 * The market as the specification tells it, one epoch at a time: every slot has a price for every epoch, and settling walks over
 * the epochs that are over. Every call returns the name of the error that the contract must refuse it with, or nothing.
 */
export class LedgerReference {
  epoch: number
  readonly volumes: Volume[] = []
  readonly credit = new Map<Address, bigint>()
  readonly earnings = new Map<Address, bigint>()
  /** What each client has paid in, less what it has withdrawn. */
  readonly spent = new Map<Address, bigint>()
  readonly books = new Map<Address, BookReference>()
  readonly #asks = new Map<Address, Ask>()
  readonly #proven = new Set<string>()

  constructor(epoch: number, prices: Iterable<readonly [Address, bigint]>) {
    this.epoch = epoch
    for (const [provider, price] of prices) {
      this.#asks.set(provider, { price })
      this.books.set(provider, new BookReference())
    }
  }

  open(owner: Address, providers: readonly Address[], sectors: number, epochs: number): undefined {
    const slots = providers.map((provider, slot) => ({
      provider,
      position: this.#book(provider).add(this.epoch, BigInt(this.volumes.length + 1), slot, providers.length, sectors),
      terms: [{ from: this.epoch + 1, price: this.askOf(provider) * BigInt(sectors) }],
      settled: this.epoch + 1,
    }))
    const volume = { owner, sectors, opened: this.epoch, end: this.epoch + 1 + epochs, closed: false, slots }
    this.volumes.push(volume)
    plus(this.spent, owner, this.escrow(volume))
  }

  topUp(volume: Volume, epochs: number): string | undefined {
    if (volume.closed) return 'StorageMarketClosed'
    if (this.epoch >= volume.end + GRACE_EPOCHS) return 'StorageMarketExhausted'
    if (volume.end + epochs <= this.epoch) return 'StorageMarketTopUpTooShort'
    this.#change(volume, volume.sectors, volume.end + epochs)
    return undefined
  }

  resize(volume: Volume, sectors: number): string | undefined {
    if (volume.closed) return 'StorageMarketClosed'
    if (this.epoch >= volume.end) return 'StorageMarketUnfunded'
    this.#change(volume, sectors, volume.end)
    for (const { provider, position } of live(volume)) this.#book(provider).setWeight(this.epoch, position, sectors)
    return undefined
  }

  dismiss(volume: Volume, index: number): string | undefined {
    if (volume.closed) return 'StorageMarketClosed'
    const slot = volume.slots[index]
    if (slot === undefined) return 'StorageMarketSlotUnknown'
    if (slot.leaves !== undefined) return 'StorageMarketSlotVacant'
    // One data slot, and a quorum of it and half of the others.
    if (live(volume).length - 1 < 1 + Math.ceil((volume.slots.length - 1) / 2)) return 'StorageMarketTooFewSlots'
    if (this.epoch >= volume.end) return 'StorageMarketUnfunded'
    this.#settleAll(volume)
    const before = this.escrow(volume)
    slot.leaves = this.epoch + 1
    slot.terms = [...slot.terms.filter(({ from }) => from <= this.epoch), { from: slot.leaves, price: 0n }]
    plus(this.credit, volume.owner, before - this.escrow(volume))
    this.#book(slot.provider).remove(this.epoch, slot.position)
    return undefined
  }

  close(volume: Volume): string | undefined {
    if (volume.closed) return 'StorageMarketClosed'
    this.#settleAll(volume)
    const before = this.escrow(volume)
    volume.end = Math.min(volume.end, this.epoch + 1)
    plus(this.credit, volume.owner, before - this.escrow(volume))
    this.#leave(volume)
    return undefined
  }

  expire(volume: Volume): string | undefined {
    if (volume.closed) return 'StorageMarketClosed'
    if (this.epoch < volume.end + GRACE_EPOCHS) return 'StorageMarketNotExpired'
    this.#settleAll(volume)
    this.#leave(volume)
    return undefined
  }

  settle(volume: Volume, slotMask: number): string | undefined {
    const chosen = volume.slots.filter((_, slot) => slotMask & (1 << slot))
    if (slotMask >= 1 << volume.slots.length) return 'StorageMarketSlotUnknown'
    for (const slot of chosen) this.#settleSlot(volume, slot)
    if (chosen.length > 0 && !volume.closed && this.epoch >= volume.end + GRACE_EPOCHS) this.expire(volume)
    return undefined
  }

  withdraw(client: Address): string | undefined {
    const amount = this.credit.get(client) ?? 0n
    if (amount === 0n) return 'StorageMarketNothingToWithdraw'
    this.credit.set(client, 0n)
    plus(this.spent, client, -amount)
    return undefined
  }

  withdrawEarnings(provider: Address): string | undefined {
    if ((this.earnings.get(provider) ?? 0n) === 0n) return 'StorageMarketNothingToWithdraw'
    this.earnings.set(provider, 0n)
    return undefined
  }

  setAsk(provider: Address, price: bigint): undefined {
    const inForce = this.askOf(provider)
    const pending = this.#asks.get(provider)?.announced
    if (pending?.price === price && pending.from > this.epoch) return
    const announced = { price, from: this.epoch + NOTICE_EPOCHS }
    this.#asks.set(provider, price === inForce ? { price } : { price: inForce, announced })
  }

  prove(provider: Address): string | undefined {
    if (this.#book(provider).total(this.epoch) === 0) return 'ProofOfStorageNothingBilled'
    this.#proven.add(`${provider} ${this.epoch}`)
    return undefined
  }

  /** What one sector of a provider costs for one epoch, in the current one. */
  askOf(provider: Address): bigint {
    const ask = this.#asks.get(provider)
    if (ask === undefined) throw new RangeError(`${provider} has no ask`)
    return ask.announced !== undefined && ask.announced.from <= this.epoch ? ask.announced.price : ask.price
  }

  /** What is funded and not settled. */
  escrow({ slots, end }: Volume): bigint {
    let sum = 0n
    for (const slot of slots) for (let epoch = slot.settled; epoch < end; epoch++) sum += priceIn(slot, epoch)
    return sum
  }

  /** A volume's slots as the contract shows them. */
  shown({ slots }: Volume): { provider: Address; position: number; settled: number }[] {
    return slots.map(({ provider, position, settled, leaves }) => {
      const vacant = leaves !== undefined && leaves <= this.epoch
      return { provider: vacant ? zeroAddress : provider, position: vacant ? 0 : position, settled }
    })
  }

  /** Sectors that volumes still open have taken from a provider's ask. */
  reserved(provider: Address): number {
    const held = this.volumes.filter((one) => !one.closed && live(one).some((slot) => slot.provider === provider))
    return held.reduce((sum, { sectors }) => sum + sectors, 0)
  }

  #change(volume: Volume, sectors: number, end: number): void {
    this.#settleAll(volume)
    const before = this.escrow(volume)
    for (const slot of live(volume)) {
      slot.terms = slot.terms.filter(({ from }) => from <= this.epoch)
      slot.terms.push({ from: this.epoch + 1, price: this.askOf(slot.provider) * BigInt(sectors) })
    }
    Object.assign(volume, { sectors, end })
    const due = this.escrow(volume) - before
    if (due > 0n) plus(this.spent, volume.owner, due)
    else plus(this.credit, volume.owner, -due)
  }

  #settleAll(volume: Volume): void {
    for (const slot of volume.slots) this.#settleSlot(volume, slot)
  }

  #settleSlot(volume: Volume, slot: Slot): void {
    for (; slot.settled < Math.min(this.epoch, volume.end, slot.leaves ?? volume.end); slot.settled++) {
      const price = priceIn(slot, slot.settled)
      if (this.#proven.has(`${slot.provider} ${slot.settled}`)) plus(this.earnings, slot.provider, price)
      else plus(this.credit, volume.owner, price)
    }
  }

  #leave(volume: Volume): void {
    volume.closed = true
    for (const { provider, position } of live(volume)) this.#book(provider).remove(this.epoch, position)
  }

  #book(provider: Address): BookReference {
    const book = this.books.get(provider)
    if (book === undefined) throw new RangeError(`${provider} has no book`)
    return book
  }
}
