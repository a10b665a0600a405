// Ties the slots' own code to the model: one real slot, asked as a peer asks it, takes part in random walks of the model. At every
// step it is sent what the model's slot takes, if anything, and a message that the model says it refuses; then what it holds is compared.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Epoch, equalBytes, HASH_BYTES } from '@storgo/protocol'
import fc from 'fast-check'
import { ASlot } from '../../node/src/slots/fixtures/a-slot.ts'
import { digestOf, type StateToCommit } from '../../node/src/slots/fixtures/a-volume.ts'
import { outcomeOfCall, penOf } from './fixtures/real-words.ts'
import { type Answer, commit, mayTake } from './slot-step.ts'
import { proposalsOf, type SlotEvent } from './slot-steps.ts'
import { type Choose, type Stride, walk, wayTo } from './walk.ts'
import {
  firstWorld,
  type Model,
  NONE,
  nonceOf,
  originOf,
  parentOf,
  type Said,
  type Slot,
  termOf,
  type World,
} from './world.ts'

/** The volume of the slots' fixtures; the real slot is its number 1. */
const VOLUME = { n: 4, k: 2, q: 3 }
const REAL = 1
const MODELS: Model[] = [
  { ...VOLUME, terms: [1, 2, 3], writes: 2, keepPromises: true },
  { ...VOLUME, terms: [1, 2, 2, 3], writes: 1, keepPromises: true },
  { ...VOLUME, terms: [1, 2, 3], writes: 2, keepPromises: true, careless: true },
]
/** Longer than any upload counts as active: waiting for another writer is another test's matter. */
const LATER_MS = 60_000

class RealSlot {
  readonly slot: ASlot
  readonly model: Model
  readonly answers = new Map<string, number>()
  readonly #signed = new Map<number, StateToCommit>()

  constructor(slot: ASlot, model: Model) {
    this.slot = slot
    this.model = model
    const { sessionKey } = slot.volume.facts
    slot.volume.facts.sessionKey = { ...sessionKey, expiresAt: 2n ** 40n }
  }

  /** Sends one of the messages that the model says change nothing. */
  async refuse(world: World, number: number): Promise<void> {
    const slot = slotIn(world)
    const pens = [...world.attempts.keys()]
      .filter((attempt) => !mayTake(this.model, slot, attempt))
      .map((attempt) => () => this.#expect('PEN_TAKEN', this.#pen(attempt)))
    const commits = proposalsOf(this.model, world).flatMap(({ value, attempt }) => {
      const { answer, next } = commit(this.model, world, slot, { value, attempt })
      return next === slot ? [() => this.#expect(answer, this.#commit(world, value, attempt))] : []
    })
    // Refused pens are many and all alike.
    const messages = commits.length > 0 && number % 4 > 0 ? commits : pens
    await messages[number % messages.length]?.()
  }

  /** Lets happen what happened to the model's slot. */
  async take(world: World, event: SlotEvent): Promise<void> {
    if (event.kind === 'promises') await this.#expect('promises', this.#pen(event.attempt))
    else if (event.kind === 'takes') {
      await this.#expect(event.answer, this.#commit(world, event.value, event.attempt))
    } else if (event.kind === 'is shown the certificate of') {
      const { volume } = this.slot
      await this.slot.certify(volume.certificate(this.#stateOf(world, event.value).signed))
    } else if (event.kind === 'catches up to') await this.#adopt(world, event.value)
  }

  /** What the slot says it holds is what the model's slot holds. */
  async compare(world: World): Promise<void> {
    const { promised, c, u, ut } = slotIn(world)
    const { certified, latest, promisedTerm } = await this.slot.state()
    assert.equal(promisedTerm, promised === NONE ? 0n : BigInt(termOf(this.model, promised)))
    const name = (value: number) => (value <= 0 ? undefined : digestOf(this.#stateOf(world, value)))
    assert.deepEqual(certified && digestOf(certified.certificate), name(c))
    assert.deepEqual(latest && digestOf(latest), name(u))
    assert.equal(latest?.receipt.term ?? 0n, BigInt(ut))
  }

  async #expect(answer: string, call: Promise<unknown>): Promise<void> {
    const isRefusal = ['PEN_TAKEN', 'STATE_STALE', 'STATE_UNFINISHED', 'REFUSALS_MISSING'].includes(answer)
    assert.equal(await outcomeOfCall(call), isRefusal ? answer : 'OK')
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1)
  }

  #pen(attempt: number): Promise<unknown> {
    this.slot.nowMs += LATER_MS
    return this.slot.pen(BigInt(termOf(this.model, attempt)), new Uint8Array(penOf(attempt)))
  }

  async #commit(world: World, value: number, attempt: number): Promise<void> {
    this.slot.nowMs += LATER_MS
    const { volume } = this.slot
    const record = world.attempts[attempt]
    const promises = typeof record === 'object' ? record.refusals.promises : []
    const parent = parentOf(this.model, world, value)
    const term = BigInt(termOf(this.model, attempt))
    const state = this.#stateOf(world, value)
    const receipt = await this.slot.commit(state, {
      ...(parent > 0 && { parent: volume.certificate(this.#stateOf(world, parent).signed) }),
      ...{ term, pen: penOf(attempt) },
      refusals: promises.map((said, slot) => volume.refusal(slot, { term, ...this.#saidOf(world, said) })),
    })
    const { latest } = await this.slot.state()
    // What it already has certified is answered by the receipt that it has, of whatever term.
    if (latest && equalBytes(digestOf(latest), digestOf(state))) assert.equal(receipt.term, term)
  }

  #saidOf(world: World, { c, u, ut }: Said) {
    return {
      certified: BigInt(nonceOf(this.model, world, c)),
      latest: u === NONE ? new Uint8Array(HASH_BYTES) : digestOf(this.#stateOf(world, u)),
      latestTerm: BigInt(ut),
    }
  }

  /** As catch-up does once it has verified and rebuilt everything. */
  #adopt(world: World, value: number): Promise<void> {
    const { volume, services } = this.slot
    const state = this.#stateOf(world, value)
    const { receipts } = volume.certificate(state.signed)
    const [receipt] = volume.certificate(state.signed, { slots: [REAL] }).receipts
    assert.ok(receipt)
    const next = { ...state, digest: digestOf(state), receipt, receipts }
    const epoch = volume.epoch as Epoch
    return services.store.adopt(this.slot.ref, { next, staged: new Map(), base: 'certified', freed: [], epoch })
  }

  #stateOf(world: World, value: number): StateToCommit {
    const known = this.#signed.get(value)
    if (known !== undefined) return known
    const parent = parentOf(this.model, world, value)
    const state = this.slot.volume.state(
      {
        nonce: BigInt(nonceOf(this.model, world, value)),
        term: BigInt(termOf(this.model, originOf(this.model, value).attempt)),
        parent: parent > 0 ? digestOf(this.#stateOf(world, parent)) : new Uint8Array(HASH_BYTES),
        sectors: 0,
      },
      [],
    )
    this.#signed.set(value, state)
    return state
  }
}

function slotIn({ slots }: World): Slot {
  const slot = slots[REAL]
  if (slot === undefined) throw new RangeError('the model has too few slots')
  return slot
}

/** Takes the steps of a way, at the real slot where they are its, and restarts it after what it took. */
async function follow(real: RealSlot, way: Iterable<Stride>, each: (before: World) => Promise<void>): Promise<void> {
  for (const { before, move } of way) {
    await each(before)
    if (move.slot === REAL && move.event !== undefined) {
      await real.take(before, move.event)
      if (move.event.kind !== 'promises') await real.slot.restart()
    }
    await real.compare(move.next)
  }
}

/** Every third step is at the real slot, and every third one that is seldom there, where it can be. */
const oftenHere: Choose = (moves, number) => {
  const here = moves.filter(({ slot }) => slot === REAL)
  const seldom = here.filter(({ event }) => event?.kind === 'takes' && event.answer !== 'onto certified')
  const preferred = number % 3 === 0 ? here : number % 3 === 1 ? seldom : []
  const among = preferred.length > 0 ? preferred : moves
  return among[Math.floor(number / 3) % among.length]
}

test('a real slot answers as the model’s does along random walks, and over restarts', async (context) => {
  const total = new Map<string, number>()
  const choices = fc.array(fc.nat(1_000_000), { minLength: 40, maxLength: 80, size: 'max' })
  for (const model of MODELS) {
    await fc.assert(
      fc.asyncProperty(choices, async (numbers) => {
        await using slot = await ASlot.open({ slot: REAL })
        const real = new RealSlot(slot, model)
        await real.compare(firstWorld(model))
        let step = 0
        await follow(real, walk(model, numbers, oftenHere), (before) => real.refuse(before, numbers[step++] ?? 0))
        for (const [answer, count] of real.answers) total.set(answer, (total.get(answer) ?? 0) + count)
      }),
      { numRuns: 15 },
    )
  }
  context.diagnostic([...total].map(([answer, count]) => `${answer} ${count}`).join(', '))
})

/** Every answer to a commit; `PEN_HELD` is about time, which the model does not have. */
const ANSWERS = [
  ...(['PEN_TAKEN', 'STATE_STALE', 'STATE_UNFINISHED', 'REFUSALS_MISSING'] as const),
  ...(['held', 'reaccept', 'onto certified', 'onto latest', 'replaces'] as const),
]

for (const answer of ANSWERS) {
  test(`a real slot that has come the shortest way there answers a commit as the model’s does: ${answer}`, async () => {
    const model: Model = { ...VOLUME, terms: [1, 2], writes: 2, keepPromises: true, careless: true }
    const isAnswered = (world: World) => answersOf(model, world).some((one) => one.answer === answer)
    const way = wayTo(model, REAL, isAnswered)
    assert.ok(way)
    await using slot = await ASlot.open({ slot: REAL })
    const real = new RealSlot(slot, model)
    await follow(real, way, async () => undefined)
    const last = way.at(-1)?.move.next ?? firstWorld(model)
    for (const { event } of answersOf(model, last)
      .filter((one) => one.answer === answer)
      .slice(0, 1)) {
      await real.take(last, event)
    }
    assert.equal(real.answers.get(answer), 1)
  })
}

/** What the model's slot answers to every commit that has been sent. */
function answersOf(model: Model, world: World): { answer: Answer; event: SlotEvent }[] {
  return proposalsOf(model, world).map(({ value, attempt }) => {
    const { answer } = commit(model, world, slotIn(world), { value, attempt })
    return { answer, event: { kind: 'takes', value, attempt, answer } }
  })
}
