import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { LocalProvider } from '../../../cli/src/local-network/record.ts'
import type { SharedNetwork } from '../shared-network.ts'
import { sha256Of, writeRandomFile } from './random-file.ts'

const BYTES = 24 << 20
/** A clear answer must not take longer than this when too many providers are gone. */
const GIVE_UP_MS = 5_000

/** Providers freeze and die. Leaves three of them dead. */
export function losses({ cwd, record, storgo, json, failure }: SharedNetwork): void {
  let holders: LocalProvider[] = []

  /** Fetches the file while something is wrong with some holders, and checks that the log names each of them. */
  async function getsRoundThe(lost: readonly LocalProvider[], name: string): Promise<void> {
    const run = await storgo(['get', 'losses.bin', name, '--timeout', '30s'])
    assert.equal(run.exitCode, 0, run.stderr)
    assert.equal(await sha256Of(join(cwd, name)), await sha256Of(join(cwd, 'losses.bin')))
    for (const { operator } of lost) assert.match(run.stderr, new RegExp(operator, 'iu'))
  }

  describe('losses', () => {
    before(async () => {
      await writeRandomFile(join(cwd, 'losses.bin'), 55, BYTES)
      const [stored] = await json(['put', 'losses.bin'])
      assert.equal(stored?.['full'], true)
      const [shown] = await json(['volume', 'show', record.volumeId])
      const slots = shown?.['slots']
      assert.ok(Array.isArray(slots))
      holders = slots.map(({ provider }) => {
        const holder = record.providers.find(
          ({ operator }) => operator.toLowerCase() === String(provider).toLowerCase(),
        )
        assert.ok(holder)
        return holder
      })
      assert.equal(holders.length, 6)
    })

    test('with two of six frozen a file is still read, and the log names them', async () => {
      const frozen = [holders[0]!, holders[2]!]
      for (const { pid } of frozen) process.kill(pid, 'SIGSTOP')
      try {
        await getsRoundThe(frozen, 'round-frozen.bin')
      } finally {
        for (const { pid } of frozen) process.kill(pid, 'SIGCONT')
      }
    })

    test('with two of six killed a file is still read, and the log names them', async () => {
      const killed = [holders[1]!, holders[3]!]
      for (const { pid } of killed) process.kill(pid, 'SIGKILL')
      await getsRoundThe(killed, 'round-killed.bin')
    })

    test('with three of six killed it fails within five seconds, clearly, and leaves nothing', async () => {
      process.kill(holders[4]!.pid, 'SIGKILL')
      const lost = await failure(['get', 'losses.bin', 'never.bin'])
      assert.deepEqual([lost.code, lost.exitCode], ['NOT_ENOUGH_SLOTS', 5])
      assert.ok(lost.ms < GIVE_UP_MS, `${lost.ms}`)
      assert.equal(existsSync(join(cwd, 'never.bin')), false)
    })

    test('with three of six killed nothing can be stored, and it says so', async () => {
      const refused = await failure(['put', 'losses.bin', 'refused.bin'])
      assert.deepEqual([refused.code, refused.exitCode], ['NOT_ENOUGH_SLOTS', 5])
    })

    test('dev status names the processes that have ended', async () => {
      const [status] = await json(['dev', 'status', '--folder', join(cwd, '.storgo', 'local')], 5)
      const dead = [1, 3, 4].map((index) => holders[index]?.name).sort()
      const ended = status?.['ended']
      assert.ok(Array.isArray(ended))
      assert.deepEqual(ended.sort(), dead)
    })
  })
}
