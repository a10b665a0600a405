import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { memoryIndex } from '../../node/src/fixtures/memory-index.ts'
import { Random } from '../../node/src/fixtures/seeded-random.ts'
import { aFile, sha256 } from '../integration/volumes/a-file.ts'
import type { SlotsInProcess } from '../integration/volumes/slots-in-process.ts'
import { type CutResult, cutPrefixes } from './cut-prefixes.ts'
import { type Happening, recordUpload } from './record-upload.ts'
import { type Obeys, ReplayedDisk } from './replayed-disk.ts'
import type { UploadedFile } from './upload-in-batches.ts'

const isFull = process.env['STORGO_TEST_FULL'] === '1'
const FILES = { count: 500, largeEvery: 100, seed: 1 }
const seed = Number(process.env['STORGO_TEST_SEED'] ?? 1)
/** Longer than a slot calls a silent writer busy. */
const LATER_MS = 10_000
const ALL = [0, 1, 2, 3, 4, 5]

let slots: SlotsInProcess
let happenings: Happening[]

before(async () => {
  ;({ slots, happenings } = await recordUpload(FILES))
})
after(() => slots?.[Symbol.asyncDispose]())

const told = ({ prefixes, stores, sectors, acknowledged, losses }: CutResult, reorderings: number) =>
  `${prefixes} prefixes of ${happenings.length} × ${reorderings} reorderings: ${stores} stores opened, ${sectors} sectors read, ` +
  `${acknowledged} acknowledgements, ${losses.length} losses (seed ${seed})`

test('nothing that was acknowledged in an upload of 500 files is lost, wherever the power is cut', async (t) => {
  const reorderings = isFull ? 6 : 3
  const prefixes = isFull ? Number.POSITIVE_INFINITY : 60
  const result = await cutPrefixes({ happenings, prefixes, reorderings, obeys: () => true, seed })
  t.diagnostic(told(result, reorderings))
  assert.deepEqual(result.losses.slice(0, 10), [])
  assert.ok(result.sectors > 1_000 && result.acknowledged > 500, told(result, reorderings))
})

const LIES: Record<string, Obeys> = {
  'do not sync': () => false,
  'sync all but the cells': (path) => !path.startsWith('cells/'),
  'sync all but the journal': (path) => !path.startsWith('journal/') || path.endsWith('/'),
  'sync all but folders': (path) => !path.endsWith('/'),
}

for (const [lie, obeys] of Object.entries(LIES)) {
  test(`on disks that ${lie}, the same search finds losses`, async (t) => {
    const result = await cutPrefixes({ happenings, prefixes: 6, reorderings: 2, obeys, seed })
    t.diagnostic(told(result, 2))
    assert.ok(result.losses.length > 10, told(result, 2))
  })
}

test('when the power of all slots is cut at once, all files that the client called stored are read again', async (t) => {
  const random = new Random(seed)
  const moments = [0.31, 0.68, 0.97].map((part) => Math.floor(part * happenings.length))
  for (const moment of moments) {
    const disks = ALL.map(() => new ReplayedDisk(() => true))
    const stored: UploadedFile[] = []
    for (const happening of happenings.slice(0, moment)) {
      if (happening.kind === 'stored') stored.push(...happening.files)
      if (happening.kind === 'disk') await disks[happening.slot]?.apply(happening.change)
    }
    slots.storeOf = (slot) => ({ disk: disks[slot]!.cut(random), openIndex: async () => memoryIndex() })
    for (const slot of ALL) await slots.restart(slot)
    slots.nowMs += LATER_MS
    const { volume, session } = slots.client()
    for (const file of stored) assert.equal(await sha256(volume.get(file.path)), await sha256(file.open()), file.path)
    // That a slot that has lost the last state takes part at once is not promised; that a quorum does is.
    const later = aFile('after the cut', 30_000)
    await volume.put([later])
    assert.equal(await sha256(volume.get(later.path)), await sha256(later.open()))
    await session.settled()
    t.diagnostic(`after ${moment} of ${happenings.length}: ${stored.length} files`)
  }
})
