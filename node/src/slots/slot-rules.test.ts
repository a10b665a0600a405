import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { HASH_BYTES, SECTOR_BYTES, sectorRoot } from '@storgo/protocol'
import fc from 'fast-check'
import { aSector } from '../store/fixtures/a-sector.ts'
import { ASlot } from './fixtures/a-slot.ts'
import { digestOf, type StateToCommit } from './fixtures/a-volume.ts'
import { bytesOfContent, type Content, type ModelState, SlotRules } from './slot-rules.reference.ts'

const BILLED = 3
const sector = fc.nat(BILLED - 1)
const seed = fc.integer({ min: 1, max: 5 })
const mode = fc.constantFrom('xor' as const, 'replace' as const)
const version = fc.constantFrom('latest' as const, 'certified' as const)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      on: version,
      sector,
      seed,
      mode,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      on: version,
      sectors: fc.integer({ min: 0, max: BILLED }),
      moreTerm: fc.integer({ min: -1, max: 1 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('upload' as const),
      on: version,
      sector,
      seed,
      mode,
      sectors: fc.integer({ min: 0, max: BILLED }),
      moreTerm: fc.integer({ min: 0, max: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('certify' as const), on: version }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)

/** One run: a real slot and its model, taking the same steps. */
class Run {
  readonly slot: ASlot
  readonly rules = new SlotRules()
  readonly #signed = new Map<ModelState, StateToCommit>()
  #upload = new Uint8Array(randomBytes(16))

  constructor(slot: ASlot) {
    this.slot = slot
  }

  async write({
    on,
    sector,
    seed,
    mode,
  }: {
    on: 'latest' | 'certified'
    sector: number
    seed: number
    mode: 'xor' | 'replace'
  }) {
    const nonce = this.rules[on]?.nonce ?? 0
    const expected = this.rules.write(nonce, sector, seed, mode)
    const patch = { sector, offset: 0, mode, bytes: aSector(seed) }
    assert.equal(await outcome(this.slot.write(this.#upload, BigInt(nonce), [patch])), expected)
  }

  async commit({ on, sectors, moreTerm }: { on: 'latest' | 'certified'; sectors: number; moreTerm: number }) {
    const { rules, slot } = this
    const parent = rules[on]
    const { upload } = rules
    // Sectors beyond the state would be refused as malformed, which is another test's matter.
    const used = Math.max(sectors, ...Array.from(upload?.sectors.keys() ?? [], (index) => index + 1))
    const contents: Content[] = Array.from(
      { length: used },
      (_, i) => upload?.sectors.get(i) ?? parent?.sectors[i] ?? new Set(),
    )
    const term = Math.max(0, (rules.latest ?? rules.certified)?.term ?? 0) + moreTerm
    if (term < 0) return
    const next = { nonce: (parent?.nonce ?? 0) + 1, term, sectors: contents }
    const parentSigned = parent && this.#signed.get(parent)
    const state = slot.volume.state(
      {
        nonce: BigInt(next.nonce),
        term: BigInt(term),
        parent: parentSigned ? digestOf(parentSigned) : new Uint8Array(HASH_BYTES),
      },
      contents.map((content) => sectorRoot(bytesOfContent(content))),
    )
    const more = {
      ...(upload && { upload: this.#upload }),
      ...(parentSigned && { parent: slot.volume.certificate(parentSigned.signed) }),
    }
    const expected = rules.commit(next, parent, upload)
    assert.equal(await outcome(slot.commit(state, more)), expected)
    if (expected !== 'OK') return
    this.#signed.set(next, state)
    this.#upload = new Uint8Array(randomBytes(16))
  }

  /** A whole upload of its own: one write and its commit. */
  async upload(step: Parameters<Run['write']>[0] & Parameters<Run['commit']>[0]) {
    this.#upload = new Uint8Array(randomBytes(16))
    this.rules.upload = undefined
    await this.write(step)
    await this.commit(step)
  }

  async certify({ on }: { on: 'latest' | 'certified' }) {
    const state = this.rules[on]
    const signed = state && this.#signed.get(state)
    const expected = this.rules.certify(state)
    if (signed) assert.equal(await outcome(this.slot.certify(this.slot.volume.certificate(signed.signed))), expected)
  }

  async restart() {
    await this.slot.restart()
    this.rules.upload = undefined
  }

  async assertSame() {
    const held = await this.slot.state()
    const { certified, latest } = this.rules
    assert.equal(held.certified?.certificate.signed.state.nonce, certified && BigInt(certified.nonce))
    assert.equal(held.latest?.signed.state.nonce, latest && BigInt(latest.nonce))
    for (const state of [certified, latest]) {
      for (const [index, content] of state?.sectors.entries() ?? []) {
        const range = { nonce: BigInt(state!.nonce), sector: index, offset: 0, length: SECTOR_BYTES }
        assert.ok(Buffer.from(bytesOfContent(content)).equals((await this.slot.read(range)).bytes))
      }
    }
  }
}

test('a slot does what its rules say, whatever is written, committed, certified or restarted in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      await using slot = await ASlot.open()
      slot.volume.facts.billedSectors = BILLED
      const run = new Run(slot)
      for (const each of steps) {
        if (each.do === 'write') await run.write(each)
        else if (each.do === 'upload') await run.upload(each)
        else if (each.do === 'commit') await run.commit(each)
        else if (each.do === 'certify') await run.certify(each)
        else await run.restart()
      }
      await run.assertSame()
    }),
    { numRuns: 30 },
  )
})

function outcome(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => 'OK',
    (error: { code?: string }) => {
      if (error.code === undefined) throw error
      return error.code
    },
  )
}
