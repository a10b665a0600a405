import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeSlotSyncReply, encodeSlotSyncReply, SLOT_READ_PROTOCOL, SLOT_SYNC_PROTOCOL } from '@storgo/protocol'
import type { ReplyContent } from '@storgo/sdk'
import { catchUp } from './catch-up.ts'
import { ACrew } from './fixtures/a-crew.ts'
import type { Lie } from './fixtures/a-member.ts'

const LAGGING = 1
const others = [0, 2, 3]

function catchUpOf(crew: ACrew) {
  const signal = AbortSignal.timeout(30_000)
  const { services, ref } = crew.member(LAGGING)
  return catchUp({ services, ref, coSlots: crew.coSlotsOf(LAGGING, signal), signal })
}

async function assertEven(crew: ACrew): Promise<void> {
  const { nonce, certified, sectors } = await crew.member(LAGGING).content()
  const expected = crew.certificate?.signed.state.nonce
  assert.deepEqual([nonce, certified], [expected, expected])
  assert.deepEqual(sectors, crew.sectors[LAGGING])
}

const altered = (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte))
const ofSync =
  (change: (reply: ReturnType<typeof decodeSlotSyncReply>) => Partial<ReturnType<typeof decodeSlotSyncReply>>): Lie =>
  (protocol, reply): ReplyContent => {
    if (protocol !== SLOT_SYNC_PROTOCOL) return reply
    const decoded = decodeSlotSyncReply(reply.body)
    return { body: encodeSlotSyncReply({ ...decoded, ...change(decoded) }) }
  }
const lies: Record<string, Lie> = {
  'altered sectors': (protocol, reply) =>
    protocol === SLOT_READ_PROTOCOL ? { ...reply, bulk: altered(reply.bulk ?? new Uint8Array()) } : reply,
  'no changes': ofSync(() => ({ changed: [] })),
  'changes everywhere': ofSync(({ signed: { state } }) => ({ changed: [{ first: 0, count: state.sectors }] })),
  'other slot roots': ofSync(({ slotRoots }) => ({ slotRoots: altered(slotRoots) })),
  'a state of its own': ofSync(({ signed }) => ({ signed: { ...signed, state: { ...signed.state, nonce: 99n } } })),
  'too few receipts': ofSync(({ receipts }) => ({ receipts: receipts.slice(0, 2) })),
}

for (const [name, lie] of Object.entries(lies)) {
  test(`a co-slot that tells ${name} keeps nobody from catching up, and makes nobody adopt anything false`, async () => {
    await using crew = await ACrew.open()
    await crew.write({ stripes: 1 })
    await crew.write({ stripes: 1, to: others })
    crew.member(0).lie = lie
    await catchUpOf(crew)
    await assertEven(crew)
  })
}

test('when all others leave out what changed, everything is rebuilt', async () => {
  await using crew = await ACrew.open()
  await crew.write({ stripes: 1 })
  await crew.write({ stripes: 1, to: others })
  for (const slot of others) crew.member(slot).lie = ofSync(() => ({ changed: [] }))
  assert.deepEqual(await catchUpOf(crew), { nonce: 2n, sectors: 2 })
  await assertEven(crew)
})
