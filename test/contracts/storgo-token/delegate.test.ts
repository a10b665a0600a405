// delegate
// ├── before it, a balance has no votes
// ├── gives the balance's votes to the delegate and emits DelegateChanged and DelegateVotesChanged
// ├── afterwards the votes follow each transfer
// └── any sequence of transfers and delegations leaves votes as a slow model has them, and never more than the supply
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Address, zeroAddress } from 'viem'
import { account } from '../fixtures/network.ts'
import { aHolder, HOLDING } from './fixtures/votes.ts'

test('before it a balance has no votes', async () => {
  const { token, alice } = await aHolder()
  assert.equal(await token.read.getVotes([alice.account.address]), 0n)
  assert.equal(await token.read.delegates([alice.account.address]), zeroAddress)
})

test('it gives the votes of the balance to the delegate, with both events', async () => {
  const { viem, token, alice, bob } = await aHolder()
  const [from, to] = [alice.account.address, bob.account.address]
  const sent = token.write.delegate([to], { account: alice.account })
  await viem.assertions.emitWithArgs(sent, token, 'DelegateChanged', [from, zeroAddress, to])
  await viem.assertions.emitWithArgs(sent, token, 'DelegateVotesChanged', [to, 0n, HOLDING])
  assert.equal(await token.read.getVotes([to]), HOLDING)
  assert.equal(await token.read.getVotes([from]), 0n)
})

test('afterwards the votes follow each transfer', async () => {
  const { token, alice, bob, carol } = await aHolder()
  await token.write.delegate([bob.account.address], { account: alice.account })
  await token.write.delegate([carol.account.address], { account: carol.account })
  await token.write.transfer([carol.account.address, 30n], { account: alice.account })
  assert.equal(await token.read.getVotes([bob.account.address]), HOLDING - 30n)
  assert.equal(await token.read.getVotes([carol.account.address]), 30n)
})

type Step = { delegate: boolean; from: number; to: number; amount: bigint }
const ACCOUNTS = 4
const aStep = fc.record<Step>({
  delegate: fc.boolean(),
  from: fc.nat(ACCOUNTS - 1),
  to: fc.nat(ACCOUNTS - 1),
  amount: fc.bigInt(0n, HOLDING),
})

test('any sequence of transfers and delegations leaves votes as a slow model has them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 12 }), async (steps) => {
      const { token, wallets } = await aHolder()
      const people = Array.from({ length: ACCOUNTS }, (_, index) => account({ wallets }, index + 1).account)
      const balances = [HOLDING, 0n, 0n, 0n]
      const delegates: (number | undefined)[] = people.map(() => undefined)
      for (const { delegate, from, to, amount } of steps) {
        if (delegate) {
          await token.write.delegate([people[to]!.address], { account: people[from]! })
          delegates[from] = to
        } else {
          const moved = amount < balances[from]! ? amount : balances[from]!
          await token.write.transfer([people[to]!.address, moved], { account: people[from]! })
          balances[from]! -= moved
          balances[to]! += moved
        }
      }
      const votesOf = (address: Address) => token.read.getVotes([address])
      const expected = people.map((_, index) =>
        balances.reduce((sum, balance, holder) => (delegates[holder] === index ? sum + balance : sum), 0n),
      )
      assert.deepEqual(await Promise.all(people.map(({ address }) => votesOf(address))), expected)
    }),
    { numRuns: 15 },
  )
})
