import {
  type Attempt,
  descends,
  EMPTY,
  isCertified,
  isHeld,
  type Model,
  NONE,
  nonceOf,
  type Rest,
  receiptBit,
  type Slot,
  signedValues,
  termOf,
  type Value,
  type World,
} from './world.ts'

/** What must never be. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/**
 * Draws the conclusions of a step: which states are certified now, and which receipts and questions can no longer matter.
 * Slots and attempts that stay as they are stay the same objects.
 *
 * @throws {Violation} of what holds for certified states.
 */
export function settle(model: Model, world: World): World {
  const { slots, attempts } = world
  const { certified, spent } = count(model, world)
  const isAnyOver = attempts.some((record, attempt) => isOver(model, slots, record, attempt))
  const left = isAnyOver
    ? attempts.map((record, attempt): Attempt => (isOver(model, slots, record, attempt) ? 'over' : record))
    : attempts
  const settled = { slots: slots.map((slot) => tidy(slot, spent, left)), attempts: left, certified }
  const top = topOf(model, settled)
  // Held by q slots, it is readable as long as any k of those live.
  const holders = slots.filter((slot) => isHeld(slot, top)).length
  if (holders < model.q) throw new Violation(`the certified state ${top} is held by ${holders} slots only`)
  return settled
}

/** The certified states, and the bits of receipts that do not matter: of those, or too few ever. */
function count(model: Model, world: World): { certified: number; spent: number } {
  const { slots } = world
  const { q, terms, faults } = model
  let { certified } = world
  let spent = 0
  const signed = slots.reduce((mask, slot) => mask | slot.signed, 0)
  if (signed === 0) return { certified, spent }
  for (const value of signedValues(model, world)) {
    let ofValue = 0
    let isReached = false
    for (let term = 1; term <= Math.max(...terms); term++) {
      const bit = receiptBit(model, value, term)
      ofValue |= bit
      if ((signed & bit) === 0) continue
      if (signatures(slots, bit) >= q) isReached = true
      else if (!faults && able(model, world, value, term) < q) spent |= bit
    }
    if (faults?.mixedTerms && signatures(slots, ofValue) >= q) isReached = true
    if (isReached && !isCertified({ certified }, value)) {
      assertOneHistory(model, { ...world, certified }, value)
      certified |= 1 << value
    }
    if (isCertified({ certified }, value)) spent |= ofValue
  }
  return { certified, spent }
}

/** Slots that have signed one of these receipts. */
function signatures(slots: readonly Slot[], bits: number): number {
  let signers = 0
  for (const { signed } of slots) if ((signed & bits) !== 0) signers += 1
  return signers
}

/** Slots that have signed a receipt of this term, or still might. */
function able(model: Model, world: World, value: Value, term: number): number {
  const bit = receiptBit(model, value, term)
  const nonce = nonceOf(model, world, value)
  return world.slots.filter(({ signed, promised, c }) => {
    if ((signed & bit) !== 0) return true
    return (promised === NONE || termOf(model, promised) <= term) && nonceOf(model, world, c) < nonce
  }).length
}

/** Whether an attempt that has not decided cannot any more: too many slots are beyond its term without having promised. */
function isOver(model: Model, slots: readonly Slot[], record: Attempt, attempt: number): boolean {
  const { n, q, careless, faults } = model
  if (record !== 'asking' || careless || faults?.forgetfulPromises) return false
  let lost = 0
  for (const { promised, said } of slots) {
    if (said[attempt] !== undefined || promised === NONE) continue
    if (termOf(model, promised) >= termOf(model, attempt)) lost += 1
  }
  return lost > n - q
}

function tidy(slot: Slot, spent: number, attempts: readonly Attempt[]): Slot {
  const isStale = slot.said.some((said, attempt) => said !== undefined && attempts[attempt] !== 'asking')
  if ((slot.signed & spent) === 0 && !isStale) return slot
  const said = slot.said.map((one, attempt) => (attempts[attempt] === 'asking' ? one : undefined))
  return { ...slot, signed: slot.signed & ~spent, said }
}

function assertOneHistory(model: Model, rest: Rest, value: Value): void {
  for (const other of signedValues(model, rest)) {
    if (!isCertified(rest, other)) continue
    if (descends(model, rest, value, other) || descends(model, rest, other, value)) continue
    throw new Violation(`states ${value} and ${other} are both certified, and neither descends from the other`)
  }
}

/** The last certified state. */
function topOf(model: Model, rest: Rest): Value {
  let top = EMPTY
  if (rest.certified === 0) return top
  for (const value of signedValues(model, rest)) {
    if (isCertified(rest, value) && nonceOf(model, rest, value) > nonceOf(model, rest, top)) top = value
  }
  return top
}
