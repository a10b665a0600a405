import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { SharedNetwork } from '../shared-network.ts'
import { randomBytesOf } from './random-file.ts'

const MIB = 1 << 20
const BYTES = 5 * MIB
/** An epoch of the local network takes about half a minute. */
const MOST_LOOKS = 90

/** What was removed, its room, and slots that are given up. In a volume of its own. */
export function spaceAndSlots({ cwd, storgo, json, failure }: SharedNetwork): void {
  let id = ''

  const has = async (path: string): Promise<boolean> =>
    (await json(['ls', '--volume', id])).some((entry) => entry['path'] === path)

  const epoch = async (): Promise<number> => {
    const [shown] = await json(['node', 'status'])
    const providers = shown?.['providers']
    assert.ok(Array.isArray(providers))
    return Math.max(...providers.map(({ status }) => Number(status?.epoch ?? 0)))
  }

  describe('space and slots', () => {
    before(async () => {
      const [opened] = await json(['volume', 'open', '--size', '32MiB', '--data', '2', '--parity', '2'])
      id = String(opened?.['volumeId'])
      for (const [seed, name] of ['kept.bin', 'gone.bin'].entries()) {
        writeFileSync(join(cwd, name), randomBytesOf(70 + seed, BYTES))
        await json(['put', name, '--volume', id])
      }
    })

    test('a file that was removed comes back with undelete, and history names the states', async () => {
      // Of each epoch the last state is remembered: so the removal has to come in a later one.
      const stored = await epoch()
      assert.ok(stored > 0)
      for (let i = 0; i < MOST_LOOKS && (await epoch()) === stored; i++) await delay(1_000)
      await json(['rm', 'gone.bin', '--volume', id])
      assert.equal(await has('gone.bin'), false)
      const states = await json(['volume', 'history', id])
      assert.ok(states.length > 0)
      const [restored] = await json(['undelete', 'gone.bin', '--volume', id])
      assert.equal(restored?.['size'], BYTES)
      const fetched = await storgo(['get', 'gone.bin', '-', '--volume', id])
      assert.ok(fetched.stdout.equals(randomBytesOf(71, BYTES)))
    })

    test('volume compact --release asks first, then gives the room of a removed file back at once', async () => {
      await json(['rm', 'gone.bin', '--volume', id])
      const [kept] = await json(['volume', 'compact', id])
      assert.ok(Number(kept?.['retainedBytes']) >= BYTES - 2 * MIB, `${kept?.['retainedBytes']}`)
      assert.match((await failure(['volume', 'compact', id, '--release'])).message, /no terminal/u)
      const [released] = await json(['volume', 'compact', id, '--release', '--yes'])
      assert.equal(released?.['retainedBytes'], 0)
      assert.ok(Number(released?.['roomBytes']) > Number(kept?.['roomBytes']))
      const fetched = await storgo(['get', 'kept.bin', '-', '--volume', id])
      assert.ok(fetched.stdout.equals(randomBytesOf(70, BYTES)))
      // What is stored next goes where it was; until then it could still be found.
      writeFileSync(join(cwd, 'next.bin'), randomBytesOf(72, BYTES))
      await json(['put', 'next.bin', '--volume', id])
      assert.equal((await failure(['undelete', 'gone.bin', '--volume', id])).exitCode, 3)
    })

    test('volume dismiss asks first, then gives a slot up; the volume is read without it', async () => {
      assert.match((await failure(['volume', 'dismiss', id, '2'])).message, /no terminal/u)
      assert.equal((await failure(['volume', 'dismiss', id, '32', '--yes'])).exitCode, 2)
      const [dismissed] = await json(['volume', 'dismiss', id, '2', '--yes'])
      assert.deepEqual([dismissed?.['volumeId'], dismissed?.['slot']], [id, 2])
      const fetched = await storgo(['get', 'kept.bin', '-', '--volume', id])
      assert.ok(fetched.stdout.equals(randomBytesOf(70, BYTES)), fetched.stderr)
      assert.notEqual((await failure(['volume', 'dismiss', id, '2', '--yes'])).exitCode, 0)
    })
  })
}
