import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HASH_BYTES, SECTOR_BYTES, sectorRoot } from '@storgo/protocol'
import fc from 'fast-check'
import { ASlot, aName, type PatchToWrite } from './fixtures/a-slot.ts'
import { digestOf, type StateToCommit } from './fixtures/a-volume.ts'
import {
  AREAS,
  bytesOfContent,
  contentAfter,
  type ModelHeld,
  type ModelPatch,
  type ModelState,
  SlotRules,
  ZEROS,
} from './slot-rules.reference.ts'

const BILLED = 2
const RETENTION_EPOCHS = 1
/** Longer than any upload counts as active: waiting for another writer is another test's matter. */
const LATER_MS = 60_000

const patch: fc.Arbitrary<ModelPatch> = fc.record({
  sector: fc.nat(BILLED - 1),
  mode: fc.constantFrom('xor', 'xor', 'replace', 'fresh', 'fresh'),
  areas: fc.subarray([0, 1], { minLength: 1 }),
  seed: fc.integer({ min: 1, max: 4 }),
})
// Mostly one writer that goes on under its term, or another that takes the pen over.
const writer = fc.constantFrom(0, 0, 1)
const moreTerm = fc.constantFrom(0, 0, 0, 1, 1, -1)
const commit = fc.record({
  do: fc.constant('commit' as const),
  on: fc.constantFrom('latest' as const, 'latest' as const, 'certified' as const, 'lost' as const),
  ...{ writer, moreTerm, refuted: fc.constantFrom(true, true, false) },
  patches: fc.uniqueArray(patch, { minLength: 1, maxLength: 2, selector: ({ sector }) => sector }),
  freed: fc.option(fc.nat(BILLED - 1), { nil: undefined, freq: 2 }),
  shorter: fc.nat(9).map((dice) => dice === 0),
})
const again = fc.record({ do: fc.constant('again' as const), ...{ writer, moreTerm, lost: fc.boolean() } })
const step = fc.oneof(
  { weight: 12, arbitrary: commit },
  { weight: 2, arbitrary: again },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pen' as const), writer, moreTerm }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('certify' as const), lost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('epochs' as const), count: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), nonce: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)
type Step<Kind> = Extract<typeof step extends fc.Arbitrary<infer S> ? S : never, { do: Kind }>

/** One run: a real slot and its model, taking the same steps. */
class Run {
  readonly slot: ASlot
  readonly rules: SlotRules
  readonly #signed = new Map<ModelState, StateToCommit>()
  readonly #writers = [aName(), aName()]
  /** The state that was proposed last and is not held. */
  #lost: ModelState | undefined

  constructor(slot: ASlot, isData: boolean) {
    this.slot = slot
    this.rules = new SlotRules({ isData, retentionEpochs: RETENTION_EPOCHS })
    slot.volume.epoch = 0
    Object.assign(slot.volume.facts, { billedSectors: BILLED, retentionEpochs: RETENTION_EPOCHS })
  }

  async take(each: Step<unknown>): Promise<void> {
    this.slot.nowMs += LATER_MS
    this.slot.volume.facts.sessionKey = { ...this.slot.volume.facts.sessionKey, expiresAt: 4_000_000_000n }
    if (each.do === 'commit') await this.#commit(each)
    else if (each.do === 'again') await this.#again(each)
    else if (each.do === 'pen') await this.#pen(each)
    else if (each.do === 'certify') await this.#certify(each)
    else if (each.do === 'restart') await this.slot.restart()
    else if (each.do === 'epochs') {
      this.rules.epoch += each.count
      this.slot.volume.epoch += each.count
    } else {
      this.rules.releasedNonce = Math.max(this.rules.releasedNonce, each.nonce)
      await this.slot.release(BigInt(each.nonce))
    }
  }

  async #commit({ on, writer, moreTerm, refuted, patches, freed, shorter }: Step<'commit'>) {
    const parent = on === 'lost' ? this.#lost : (this.rules[on] ?? this.rules.certified)?.state
    const before = parent?.sectors ?? []
    const used = shorter ? Math.max(0, before.length - 1) : before.length
    const length = Math.max(used, ...patches.map(({ sector }) => sector + 1))
    const sectors = Array.from({ length }, (_, sector) => {
      const change = patches.find((each) => each.sector === sector)
      return change ? contentAfter(before[sector] ?? ZEROS, change) : (before[sector] ?? ZEROS)
    })
    const state: ModelState = {
      nonce: (parent?.nonce ?? 0) + 1,
      ...{ parent, sectors },
      freed: freed !== undefined && freed < length ? [freed] : [],
    }
    const term = Math.max(1, this.rules.promised.term + moreTerm)
    this.#signed.set(state, this.#sign(state, term))
    // What is not held cannot be added to; what such a commit is refused for comes before its sectors matter.
    const { certified, latest } = this.rules
    const isHeld = parent === certified?.state || (latest !== undefined && parent === latest.state)
    const upload = patches.length > 0 && isHeld ? aName() : undefined
    if (upload) for (const each of patches) await this.slot.write(upload, BigInt(state.nonce - 1), [bytesOf(each)])
    await this.#send(state, { term, writer, refuted, patches, ...(upload && { upload }) })
  }

  async #again({ writer, moreTerm, lost }: Step<'again'>) {
    const state = lost ? this.#lost : (this.rules.latest ?? this.rules.certified)?.state
    if (state === undefined || (lost && state.sectors.length > 0)) return
    const own = Number(this.#signed.get(state)?.signed.state.term)
    const term = Math.max(own, this.rules.promised.term + moreTerm)
    await this.#send(state, { term, writer, refuted: false, patches: [] })
  }

  async #send(
    state: ModelState,
    how: { term: number; writer: number; refuted: boolean; patches: readonly ModelPatch[]; upload?: Uint8Array },
  ) {
    const { upload, term, writer, refuted } = how
    const signed = this.#signed.get(state)
    const parent = state.parent && this.#signed.get(state.parent)
    const pen = this.#writers[writer]
    if (signed === undefined || pen === undefined) return
    const certified = BigInt(this.rules.certified?.state.nonce ?? 0)
    const refusals = refuted
      ? [0, 3].map((other) => this.slot.volume.refusal(other, { term: BigInt(term), certified }))
      : []
    const more = { ...(upload && { upload }), ...(parent && { parent: this.slot.volume.certificate(parent.signed) }) }
    const expected = this.rules.commit({ state, ...how })
    assert.equal(await outcome(this.slot.commit(signed, { ...more, refusals, pen, term: BigInt(term) })), expected)
    const held = [this.rules.latest, this.rules.certified].some((each) => each?.state === state)
    if (!held) this.#lost = state
  }

  async #pen({ writer, moreTerm }: Step<'pen'>) {
    const term = Math.max(1, this.rules.promised.term + moreTerm)
    const expected = this.rules.pen(term, writer)
    assert.equal(await outcome(this.slot.pen(BigInt(term), this.#writers[writer])), expected)
  }

  async #certify({ lost }: Step<'certify'>) {
    const state = lost ? this.#lost : (this.rules.latest ?? this.rules.certified)?.state
    const signed = state && this.#signed.get(state)
    if (!state || !signed) return
    const expected = this.rules.certify(state)
    assert.equal(await outcome(this.slot.certify(this.slot.volume.certificate(signed.signed))), expected)
  }

  #sign(state: ModelState, term: number): StateToCommit {
    const parent = state.parent && this.#signed.get(state.parent)
    const fields = {
      nonce: BigInt(state.nonce),
      term: BigInt(term),
      parent: parent ? digestOf(parent) : new Uint8Array(HASH_BYTES),
    }
    const roots = state.sectors.map((content) => sectorRoot(bytesOfContent(content)))
    return this.slot.volume.state(fields, roots, { freed: state.freed.map((first) => ({ first, count: 1 })) })
  }

  async assertSame(): Promise<void> {
    const { certified, latest, promised, releasedNonce } = this.rules
    using view = this.slot.services.store.view(this.slot.ref)
    assert.equal(view.promised.term, BigInt(promised.term))
    assert.equal(view.releasedNonce, BigInt(releasedNonce))
    assert.deepEqual(view.certified?.signed, this.#signedOf(certified))
    assert.deepEqual(view.latest?.signed, this.#signedOf(latest))
    assert.equal(view.latest?.receipt.term, latest && BigInt(latest.term))
    for (const version of ['certified', 'latest'] as const) {
      const held = this.rules[version]
      for (const [sector, content] of held?.state.sectors.entries() ?? []) {
        const range = { nonce: BigInt(held!.state.nonce), sector, offset: 0, length: SECTOR_BYTES }
        assert.ok(Buffer.from(bytesOfContent(content)).equals((await this.slot.read(range)).bytes))
        const mark = held!.marks.get(sector)
        const expected = typeof mark === 'object' ? { ...mark, nonce: BigInt(mark.nonce) } : mark
        assert.deepEqual(view.freedAt(sector, version), expected)
      }
    }
  }

  #signedOf(held: ModelHeld | undefined) {
    return held && this.#signed.get(held.state)?.signed
  }
}

/** A patch of two areas is one from the first's beginning to the second's end, of zeros between them. */
function bytesOf(patch: ModelPatch): PatchToWrite {
  const { sector, mode, areas } = patch
  const content = bytesOfContent(contentAfter(ZEROS, patch))
  if (mode === 'replace') return { sector, mode, offset: 0, bytes: content }
  const used = AREAS.filter((_, index) => areas.includes(index))
  const offset = Math.min(...used.map((area) => area.offset))
  const end = Math.max(...used.map((area) => area.offset + area.length))
  return { sector, mode, offset, bytes: content.subarray(offset, end) }
}

for (const [kind, slot] of [
  ['data', 1],
  ['parity', 2],
] as const) {
  test(`a ${kind} slot does what its rules say, whatever writers do in whatever order`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
        await using held = await ASlot.open({ slot, maxSectors: 512, capacity: 1_024 })
        const run = new Run(held, kind === 'data')
        for (const each of steps) await run.take(each)
        await run.assertSame()
      }),
      { numRuns: 20, endOnFailure: true },
    )
  })
}

function outcome(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => 'OK',
    (error: { code?: string }) => {
      if (error.code === undefined) throw error
      return error.code
    },
  )
}
