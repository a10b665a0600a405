import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeSlotWriteReply } from '@storgo/protocol'
import { SlotLink } from './slot-link.ts'
import { SlotSender, type Upload } from './slot-sender.ts'

const upload: Upload = {
  ...{ id: new Uint8Array(16), pen: new Uint8Array(16), baseNonce: 1n },
  signal: new AbortController().signal,
}
const NOTHING = new Uint8Array(0)
const turns = async () => {
  for (let i = 0; i < 30; i++) await Promise.resolve()
}

/** A sender whose slot answers, oldest first, when it is told to; the clock is the test's. */
function aSender() {
  const clock = { ms: 1_000 }
  const asked: (() => void)[] = []
  const call = () => {
    const { promise, resolve } = Promise.withResolvers<{ body: Uint8Array; bulk: Uint8Array }>()
    asked.push(() => resolve({ body: encodeSlotWriteReply({ stagedBytes: 64n }), bulk: NOTHING }))
    return promise
  }
  const link = new SlotLink({ call, volumeId: 1n, slot: 0, provider: '0x' })
  const sender = new SlotSender(link, { onFailed: (error) => assert.fail(String(error)), nowMs: () => clock.ms })
  const patch = { sector: 0, offset: 0, mode: 'xor' as const, bytes: new Uint8Array(64) }
  const writes = Array.from({ length: 12 }, () => sender.write(upload, [patch]))
  const answer = async (afterMs: number) => {
    clock.ms += afterMs
    asked.shift()?.()
    await turns()
  }
  return { asked, answer, writes }
}

test('one write is on its way until the slot has answered, and then three', async () => {
  const { asked, answer } = aSender()
  await turns()
  assert.equal(asked.length, 1)
  await answer(100)
  assert.equal(asked.length, 3)
  await answer(100)
  assert.equal(asked.length, 3)
})

test('while answers take long one write is on its way, so that each has the whole path', async () => {
  const { asked, answer, writes } = aSender()
  await turns()
  for (let i = 0; i < 4; i++) {
    await answer(15_000)
    assert.equal(asked.length, 1)
  }
  await answer(1_000)
  assert.equal(asked.length, 3)
  while (asked.length > 0) await answer(10)
  await Promise.all(writes)
})

test('writes that are on their way when answers become slow come to an end first', async () => {
  const { asked, answer, writes } = aSender()
  await turns()
  await answer(100)
  const onTheirWay = [3]
  await answer(6_000)
  onTheirWay.push(asked.length)
  await answer(6_000)
  onTheirWay.push(asked.length)
  assert.deepEqual(onTheirWay, [3, 2, 1])
  while (asked.length > 0) await answer(6_000)
  await Promise.all(writes)
})
