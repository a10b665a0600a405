import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Random } from '../../node/src/fixtures/seeded-random.ts'
import type { Acknowledged } from './acknowledged.ts'
import { type Checked, openAndCheck } from './check-slot.ts'
import { type FileSystem, LoopMount } from './loop-mount.ts'

const isFull = process.env['STORGO_TEST_FULL'] === '1'
const seed = Number(process.env['STORGO_TEST_SEED'] ?? 1)
const CUTS = isFull ? 40 : 2
const SLOTS = [0, 1, 2, 3, 4, 5]
/** The power is cut after so many acknowledgements, and at most so many more; the upload would give about 1 200. */
const FIRST = 30
const MORE = 300
const UPLOAD_MS = 300_000
const PROGRAM = fileURLToPath(new URL('committing-slots.ts', import.meta.url))

/** Runs an upload to stores in the mounted file system until its power is cut. @returns all that was acknowledged. */
async function uploadUntilCut(mount: LoopMount, after: number, args: string[]): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TMPDIR: mount.path },
    signal: AbortSignal.timeout(UPLOAD_MS),
    killSignal: 'SIGKILL',
  })
  const ended = once(child, 'close')
  const acknowledged: Acknowledged[] = []
  let cut: Promise<void> | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(JSON.parse(line))
    if (acknowledged.length < after || cut !== undefined) continue
    // It is let go on: what it says while the power goes is said of a disk that has it.
    cut = mount.cutPower().finally(() => child.kill('SIGKILL'))
  }
  await Promise.all([cut, ended])
  assert.ok(cut !== undefined, `the upload ended after ${acknowledged.length} acknowledgements`)
  return acknowledged
}

/** Opens and reads every slot's store as the file system has it after the cut. */
async function checkSlots(mount: LoopMount, acknowledged: readonly Acknowledged[]): Promise<Checked> {
  const folder = (await readdir(mount.path)).find((name) => name.startsWith('storgo-slots-')) ?? 'none'
  const all: Checked = { losses: [], sectors: 0 }
  for (const slot of SLOTS) {
    const { losses, sectors } = await openAndCheck(slot, acknowledged, {
      dataDir: join(mount.path, folder, String(slot)),
    })
    all.losses.push(...losses.map((loss) => `slot ${slot}: ${loss}`))
    all.sectors += sectors
  }
  return all
}

async function cutAndCheck(type: FileSystem, after: number, args: string[] = []) {
  const mount = await LoopMount.make(type)
  if (typeof mount === 'string') return mount
  await using _ = mount
  const acknowledged = await uploadUntilCut(mount, after, args)
  await mount.mountAgain()
  return { ...(await checkSlots(mount, acknowledged)), acknowledged: acknowledged.length }
}

/** Skipped and so counted apart, never as passed. */
function notRun(t: TestContext, reason: string): void {
  t.diagnostic(`not run: ${reason}`)
  t.skip(`not run: ${reason}`)
}

for (const type of ['xfs', 'ext4'] as const) {
  test(`nothing that was acknowledged is lost when a real ${type} is cut off in the middle of commits`, async (t) => {
    const random = new Random(seed)
    for (let cut = 0; cut < CUTS; cut++) {
      const result = await cutAndCheck(type, FIRST + random.below(MORE))
      if (typeof result === 'string') return notRun(t, result)
      const { losses, sectors, acknowledged } = result
      t.diagnostic(`${acknowledged} acknowledgements, ${sectors} sectors read, ${losses.length} losses (seed ${seed})`)
      assert.deepEqual(losses.slice(0, 10), [])
      assert.ok(sectors > 0)
    }
  })

  test(`when the stores do not sync, a real ${type} that is cut off has losses`, async (t) => {
    const result = await cutAndCheck(type, FIRST + MORE / 2, ['--without-syncs'])
    if (typeof result === 'string') return notRun(t, result)
    t.diagnostic(`${result.acknowledged} acknowledgements, ${result.losses.length} losses`)
    assert.ok(result.losses.length > 0)
  })
}
