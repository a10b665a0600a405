import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SLOT_READ_PROTOCOL } from '@storgo/protocol'
import type { SlotFault } from '@storgo/sdk'
import { aFile } from './volumes/a-file.ts'
import { SlotsInProcess } from './volumes/slots-in-process.ts'

const MIB = 1 << 20

test('every sector of every slot is read once, and of healthy slots all are good', async () => {
  await using slots = await SlotsInProcess.open({ k: 2, m: 1 })
  let reads = 0
  const { volume } = slots.client(({ protocol, go }) => {
    if (protocol === SLOT_READ_PROTOCOL) reads++
    return go()
  })
  await volume.put([aFile('a', 5 * MIB)])
  reads = 0
  const seen: number[] = []
  const check = await volume.checkSlots({ onProgress: ({ checked }) => seen.push(checked) })
  assert.ok(check.sectors >= 3)
  assert.equal(reads, 3 * check.sectors)
  assert.equal(seen.at(-1), 3 * check.sectors)
  assert.deepEqual(
    check.slots.map(({ good, wrong, missing }) => [good, wrong, missing]),
    [0, 1, 2].map(() => [check.sectors, 0, 0]),
  )
  assert.equal(check.lostStripes, 0)
})

test('an empty volume has nothing to check', async () => {
  await using slots = await SlotsInProcess.open({ k: 2, m: 1 })
  const { sectors, lostStripes } = await slots.client().volume.checkSlots()
  assert.deepEqual([sectors, lostStripes], [0, 0])
})

test('a slot that lies about one sector is named with it; a slot that is away is not asked for all of them', async () => {
  await using slots = await SlotsInProcess.open({ k: 2, m: 2 })
  const writer = slots.client()
  await writer.volume.put([aFile('a', 20 * MIB)])
  await writer.session.settled()
  let asked = 0
  const liar = slots.client(async ({ slot, protocol, go }) => {
    const answer = await go()
    if (protocol !== SLOT_READ_PROTOCOL || slot !== 3) return answer
    if (asked++ === 2) answer.bulk[7]! ^= 1
    return answer
  })
  slots.down.add(1)
  const faults: SlotFault[] = []
  const check = await liar.volume.checkSlots({ onFault: (fault) => faults.push(fault) })
  const [first, away, third, lying] = check.slots
  assert.deepEqual([first?.good, third?.good], [check.sectors, check.sectors])
  assert.deepEqual([away?.good, away?.missing], [0, check.sectors])
  assert.deepEqual([lying?.good, lying?.wrong, lying?.missing], [check.sectors - 1, 1, 0])
  const wrong = faults.filter((fault) => fault.wrong)
  assert.deepEqual(
    wrong.map(({ slot, code }) => [slot, code]),
    [[3, 'PROOF_INVALID']],
  )
  assert.ok(faults.filter(({ slot }) => slot === 1).length < check.sectors, 'a dead slot is given up')
  assert.equal(check.lostStripes, 0)
})

test('stripes that more slots lack than parity makes up for are counted as lost', async () => {
  await using slots = await SlotsInProcess.open({ k: 2, m: 1 })
  const writer = slots.client()
  await writer.volume.put([aFile('a', 4 * MIB)])
  await writer.session.settled()
  const reader = slots.client(async ({ slot, protocol, go }) => {
    const answer = await go()
    if (protocol === SLOT_READ_PROTOCOL && slot !== 0) answer.bulk[0]! ^= 1
    return answer
  })
  const check = await reader.volume.checkSlots()
  assert.equal(check.lostStripes, check.sectors)
})
