import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isAlive } from '../../../cli/src/local-network/find.ts'
import type { SharedNetwork } from '../shared-network.ts'

type Finding = { subject: string; ok: boolean; state: string; next: string }

/** After `losses` has killed providers. Stops one more. */
export function unhealthy({ cwd, record, json, failure }: SharedNetwork): void {
  describe('unhealthy', () => {
    const dead = () => record.providers.filter(({ pid }) => !isAlive(pid))

    async function findings(args: readonly string[], exitCode: number): Promise<Finding[]> {
      const [verdict] = await json(args, exitCode)
      assert.equal(verdict?.['healthy'], exitCode === 0)
      const found = verdict?.['findings']
      assert.ok(Array.isArray(found))
      return found
    }

    test('health names the providers that have ended and what their loss means, each with the next command', async () => {
      const bad = (await findings(['health'], 5)).filter(({ ok }) => !ok)
      for (const { name } of dead())
        assert.ok(
          bad.some(({ subject }) => subject === name),
          name,
        )
      const volume = bad.find(({ subject }) => subject === `volume ${record.volumeId}`)
      assert.match(volume?.state ?? '', /it cannot be read: slots .* do not answer, and 4 are needed/u)
      assert.ok(bad.every(({ next }) => next.length > 0))
    })

    test('doctor --fix removes what processes that were killed have left, once somebody agrees', async () => {
      const names = dead().map(({ name }) => `${name} process`)
      const bad = (await findings(['doctor'], 5)).filter(({ ok }) => !ok)
      assert.deepEqual(bad.map(({ subject }) => subject).sort(), names.toSorted())
      assert.equal((await failure(['doctor', '--fix'])).exitCode, 2, 'nobody is there to agree')
      const [fixed] = await json(['doctor', '--fix', '--yes'])
      assert.deepEqual([fixed?.['healthy'], fixed?.['repaired']], [true, bad.map(({ subject }) => subject)])
    })

    test('node stop ends a provider and waits for that', async () => {
      const alive = record.providers.find(({ pid }) => isAlive(pid))
      assert.ok(alive)
      const [stopped] = await json(['node', 'stop', '--provider', alive.name])
      assert.equal(stopped?.['pid'], alive.pid)
      assert.equal(isAlive(alive.pid), false)
      assert.equal((await failure(['node', 'stop', '--provider', alive.name])).exitCode, 3)
      assert.equal((await failure(['node', 'stop'], { cwd })).exitCode, 3)
    })
  })
}
