import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'

/** Money of providers, and what they proved. Uses the provider that `everyRecord` has registered. */
export function stakesAndProofs({ record, json, failure }: SharedNetwork): void {
  const [first] = record.providers

  describe('stakes and proofs', () => {
    test('part of a stake is taken out of use, and cannot be withdrawn at once', async () => {
      const [own] = await json(['stake', 'status'])
      const operator = String(own?.['operator'])
      const [unbonding] = await json(['stake', 'withdraw', '1000', '--provider', operator, '--yes'])
      assert.equal(unbonding?.['amount'], '1000000000000000000000')
      const early = await failure(['stake', 'withdraw', '--provider', operator])
      assert.equal(early.exitCode, 6, early.message)
      assert.equal((await failure(['stake', 'withdraw', 'all', '--provider', operator])).exitCode, 2)
    })

    test('what a provider has earned goes to its owner, and its runway is told', async () => {
      assert.ok(first)
      const [claimed] = await json(['stake', 'claim', '--provider', first.operator])
      assert.deepEqual([claimed?.['from'], claimed?.['kind']], [first.operator, 'earnings'])
      assert.ok(BigInt(String(claimed?.['amount'])) > 0n)
      const [runway] = await json(['stake', 'runway', '--provider', first.operator])
      assert.ok(Number(runway?.['epochsOfGas']) > 0)
      assert.ok(BigInt(String(runway?.['stake'])) >= BigInt(String(runway?.['stakeNeeded'])))
      assert.equal((await failure(['stake', 'runway', '--provider', 'nobody'])).exitCode, 2)
    })

    test('proof explain checks every leaf of an epoch that was proven', async () => {
      const [proof] = await json(['proof', 'ls'])
      const provider = String(proof?.['provider'])
      const [explained] = await json(['proof', 'explain', String(proof?.['epoch']), '--provider', provider])
      assert.deepEqual([explained?.['outcome'], explained?.['provider']], ['proven', provider])
      const samples = explained?.['samples']
      assert.ok(Array.isArray(samples) && samples.length === 20)
      assert.ok(samples.every(({ verified }) => verified === true))
      assert.equal((await failure(['proof', 'explain', '4000000000'])).exitCode, 2)
    })

    test('proof watch shows proofs as they come, until it is told to stop', async () => {
      // An epoch has 30 blocks, one a second and one for every transaction.
      const proofs = await json(['proof', 'watch', '--timeout', '45s'], 6)
      assert.ok(proofs.length > 0)
      assert.equal(new Set(proofs.map(({ provider, epoch }) => `${provider} ${epoch}`)).size, proofs.length)
    })
  })
}
