import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErasureCode, StorgoError } from '@storgo/protocol'
import fc from 'fast-check'
import { afterRequest, expectedMs, newPeerRecord, type PeerRecord } from '../discovery/peer-record.ts'
import { hedgedRead } from './hedged-read.ts'
import { SlotHealth } from './slot-health.ts'

const [k, m] = [4, 2]
const LENGTH = 1 << 20
const code = ErasureCode.create(k, m)
const data = Array.from({ length: k }, (_, slot) => new Uint8Array(64).fill(slot + 1))
const sectors = [...data, ...code.encode(data)]
const never = new AbortController().signal

/** Providers that take their time or fail, on a clock of their own; records are kept as `PeerRecords` keeps them. */
class Providers {
  nowMs = 0
  readonly asked: number[] = []
  readonly health = new SlotHealth(() => this.nowMs)
  readonly #takes: (number | 'fails')[]
  readonly #records = new Map<number, PeerRecord>()

  constructor(takes: readonly (number | 'fails')[]) {
    this.#takes = [...takes]
    this.health.judgeBy(
      takes.map((_, slot) => ({
        ...{ slot, expectedMs: (bytes) => expectedMs(this.#records.get(slot), bytes) },
        ...{ heardMs: () => undefined, isComingBack: () => false, isThere: async () => {} },
      })),
    )
  }

  /** From now on the slot takes so long. */
  change(slot: number, takes: number): void {
    this.#takes[slot] = takes
  }

  /** Reads a range of `slot`. @returns the slots that were asked for it, in their order. */
  async read(slot: number): Promise<number[]> {
    const from = this.asked.length
    const range = { slot, sector: 0, offset: 0, length: LENGTH }
    const readSlot = async (wanted: { slot: number }) => this.#answer(wanted.slot)
    const options = { code, health: this.health, readSlot, onTrouble: () => {}, onSlow: () => {} }
    assert.deepEqual(await hedgedRead(range, options, never), sectors[slot])
    // The answers of those that were asked beside the others.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    return this.asked.slice(from)
  }

  #answer(slot: number): Uint8Array {
    this.asked.push(slot)
    const takes = this.#takes[slot] ?? 'fails'
    const exchanged = { protocol: '/x', ms: takes === 'fails' ? 5 : takes, sentBytes: 0, receivedBytes: LENGTH }
    const error = takes === 'fails' ? new StorgoError('PEER_UNREACHABLE', 'gone') : undefined
    const record = this.#records.get(slot) ?? newPeerRecord()
    this.#records.set(slot, afterRequest(record, { ...exchanged, ...(error && { error }) }))
    if (error) throw error
    return sectors[slot] as Uint8Array
  }
}

test('whichever provider is slow or fails, after three requests its part is worked out from the others', async () => {
  const troubled = fc.oneof(fc.integer({ min: 1_500, max: 20_000 }), fc.constant('fails' as const))
  await fc.assert(
    fc.asyncProperty(
      fc.nat(k - 1),
      troubled,
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: k + m, maxLength: k + m }),
      async (slot, takes, quick) => {
        const providers = new Providers(quick.map((ms, each) => (each === slot ? takes : ms)))
        for (let i = 0; i < 3; i++) {
          await providers.read(slot)
          for (let other = 0; other < k; other++) await providers.read(other)
        }
        assert.ok(!(await providers.read(slot)).includes(slot))
      },
    ),
  )
})

test('a range of a slot that cannot be asked is worked out from those that are expected first', async () => {
  const takes = [900, 20, 700, 800, 30, 10]
  const providers = new Providers(takes)
  for (let slot = 0; slot < k; slot++) for (let i = 0; i < 4; i++) await providers.read(slot)
  // Slots 4 and 5 hold parity, which nobody has asked for as long as the others answered.
  providers.health.leaveOut(1)
  assert.deepEqual((await providers.read(1)).slice(0, k), [4, 5, 2, 3])
})

test('a slow provider is asked again beside the others now and then, and preferred again once it has become quick', async () => {
  const providers = new Providers([3_000, 10, 10, 10, 10, 10])
  for (let i = 0; i < 4; i++) for (let slot = 0; slot < k; slot++) await providers.read(slot)
  assert.ok(!(await providers.read(0)).includes(0))
  providers.nowMs += 10_000
  assert.deepEqual(await providers.read(0), [0, 1, 2, 3, 4], 'the chance costs nobody a wait')
  assert.ok(!(await providers.read(0)).includes(0))
  providers.change(0, 10)
  let chances = 0
  for (; (await providers.read(0)).length > 1; chances++) {
    assert.ok(chances < 100)
    providers.nowMs += 10_000
  }
  assert.ok(chances > 0)
  assert.deepEqual(await providers.read(0), [0])
})
