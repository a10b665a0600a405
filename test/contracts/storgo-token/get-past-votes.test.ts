// getPastVotes, getPastTotalSupply
// ├── when the block is not over yet → reverts ERC5805FutureLookup
// └── count by block number, as they were at the end of that block
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aHolder, HOLDING } from './fixtures/votes.ts'

test('the clock is the block number', async () => {
  const { token, publicClient } = await aHolder()
  assert.equal(await token.read.CLOCK_MODE(), 'mode=blocknumber&from=default')
  assert.equal(BigInt(await token.read.clock()), await publicClient.getBlockNumber())
})

test('when the block is not over yet they revert', async () => {
  const { viem, token, alice } = await aHolder()
  const now = await token.read.clock()
  const error = [BigInt(now), now] as const
  const votes = token.read.getPastVotes([alice.account.address, BigInt(now)])
  await viem.assertions.revertWithCustomErrorWithArgs(votes, token, 'ERC5805FutureLookup', [...error])
  const supply = token.read.getPastTotalSupply([BigInt(now)])
  await viem.assertions.revertWithCustomErrorWithArgs(supply, token, 'ERC5805FutureLookup', [...error])
})

test('they give votes and supply as they were at the end of the block', async () => {
  const { token, publicClient, networkHelpers, alice, bob } = await aHolder()
  const holder = alice.account.address
  const blockOf = async (hash: `0x${string}`) => (await publicClient.waitForTransactionReceipt({ hash })).blockNumber
  const delegated = await blockOf(await token.write.delegate([holder], { account: alice.account }))
  const moved = await blockOf(await token.write.transfer([bob.account.address, 40n], { account: alice.account }))
  await networkHelpers.mine()
  assert.equal(await token.read.getPastVotes([holder, delegated - 1n]), 0n)
  assert.equal(await token.read.getPastVotes([holder, delegated]), HOLDING)
  assert.equal(await token.read.getPastVotes([holder, moved]), HOLDING - 40n)
  assert.equal(await token.read.getPastTotalSupply([delegated]), await token.read.totalSupply())
})
