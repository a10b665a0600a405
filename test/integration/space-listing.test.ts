import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SlotsInProcess } from './volumes/slots-in-process.ts'

const FILES = 100_000
const PAGE = 1_000
const MOST_MS = 2_000
const MOST_ATTEMPTS = 4

const pathOf = (i: number) => `photos/${2000 + (i % 20)}/holiday-${String(i).padStart(6, '0')}.jpeg`

test('a volume of 100 000 files is listed page by page in under two seconds', async (t) => {
  await using slots = await SlotsInProcess.open({ k: 4, m: 2, billedSectors: 32 })
  const writer = slots.client()
  await writer.session.toWrite(new AbortController().signal, async ({ draft }) => {
    for (let i = 0; i < FILES; i++) {
      const digest = new Uint8Array(32).fill(i & 255)
      new DataView(digest.buffer).setUint32(0, i)
      const entry = { digest, fileKey: digest, size: i, modifiedMs: 1_700_000_000_000 + i, mediaType: 'image/jpeg' }
      draft.setFile(pathOf(i), entry, undefined)
    }
  })
  // Others use this machine too: the best of a few says what it takes.
  const times: number[] = []
  for (let attempt = 0; attempt < MOST_ATTEMPTS && !times.some((ms) => ms < MOST_MS); attempt++) {
    const { files, pages, ms, slowestMs } = await listAll(slots)
    assert.deepEqual([files, pages], [FILES, FILES / PAGE])
    t.diagnostic(`${files} files in ${pages} pages: ${Math.round(ms)} ms, the slowest page ${Math.round(slowestMs)} ms`)
    times.push(ms)
  }
  assert.ok(
    times.some((ms) => ms < MOST_MS),
    `it took ${times.map(Math.round).join(', ')} ms`,
  )
})

/** Lists everything as a client that knows nothing yet: it reads and verifies every node of the catalog. */
async function listAll(slots: SlotsInProcess) {
  const { volume } = slots.client()
  const startMs = performance.now()
  let [files, pages, slowestMs] = [0, 0, 0]
  for (let after: string | undefined; ; ) {
    const pageMs = performance.now()
    const page = await volume.list({ limit: PAGE, ...(after !== undefined && { after }) })
    if (page.length === 0) return { files, pages, slowestMs, ms: performance.now() - startMs }
    slowestMs = Math.max(slowestMs, performance.now() - pageMs)
    files += page.length
    pages++
    after = page.at(-1)?.path
  }
}
