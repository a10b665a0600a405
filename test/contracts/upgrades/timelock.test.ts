// The timelock, as deployed on chain 31337
// ├── owns all five contracts; the deployer owns none and is no administrator
// ├── the deployer proposes and executes without waiting
// ├── when somebody else proposes or executes        → reverts AccessControlUnauthorizedAccount
// ├── when a call was not proposed, or was executed  → reverts TimelockUnexpectedOperationState
// ├── once the delay is raised
// │   ├── when a shorter one is proposed             → reverts TimelockInsufficientDelay
// │   └── a call counts when its delay is over, not a second earlier
// └── the owner can be changed through the timelock alone
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeFunctionData, getAddress, keccak256, toHex, zeroHash } from 'viem'
import { account, aStorgo, fixture } from '../fixtures/network.ts'
import { PROXIES, UPGRADEABLE } from './fixtures/proxies.ts'
import { execute, propose, throughTimelock } from './fixtures/through-timelock.ts'

const DELAY = 172_800n
const SAMPLES = 7n

/** A call that only the timelock may make. */
const aCall = fixture(async () => {
  const storgo = await aStorgo()
  const { parameters } = storgo
  const data = encodeFunctionData({ abi: parameters.abi, functionName: 'set', args: [1, SAMPLES] })
  return { ...storgo, call: { target: parameters.address, data }, deployer: account(storgo, 0) }
})

/** The same with the delay of the public networks. */
const aDelayedCall = fixture(async () => {
  const chain = await aCall()
  const { timelock } = chain
  const data = encodeFunctionData({ abi: timelock.abi, functionName: 'updateDelay', args: [DELAY] })
  await throughTimelock(chain, { target: timelock.address, data })
  return chain
})

for (const [name, contract] of PROXIES) {
  test(`${contract} is owned by the timelock, and only through it gets another owner`, async () => {
    const storgo = await aStorgo()
    const { viem, timelock } = storgo
    assert.equal(await storgo[name].read.owner(), getAddress(timelock.address))
    const heir = account(storgo, 5).account.address
    const to = storgo[name].address
    const calls = [
      encodeFunctionData({ abi: UPGRADEABLE, functionName: 'transferOwnership', args: [heir] }),
      encodeFunctionData({ abi: UPGRADEABLE, functionName: 'renounceOwnership' }),
    ] as const
    for (const caller of [account(storgo, 0), account(storgo, 5)]) {
      for (const data of calls) {
        const sent = caller.sendTransaction({ to, data })
        await viem.assertions.revertWithCustomErrorWithArgs(sent, storgo.token, 'OwnableUnauthorizedAccount', [
          caller.account.address,
        ])
      }
    }
    await throughTimelock(storgo, { target: to, data: calls[0] })
    assert.equal(await storgo[name].read.owner(), getAddress(heir))
  })
}

test('the deployer proposes, executes and cancels, but administers nothing', async () => {
  const { timelock, deployer } = await aCall()
  const roles = [timelock.read.PROPOSER_ROLE(), timelock.read.EXECUTOR_ROLE(), timelock.read.CANCELLER_ROLE()]
  for (const role of await Promise.all(roles)) {
    assert.equal(await timelock.read.hasRole([role, deployer.account.address]), true)
  }
  assert.equal(await timelock.read.hasRole([zeroHash, deployer.account.address]), false)
  assert.equal(await timelock.read.hasRole([zeroHash, timelock.address]), true)
  assert.equal(await timelock.read.getMinDelay(), 0n)
})

test('the deployer cannot give itself the administration', async () => {
  const { viem, timelock, deployer } = await aCall()
  const call = timelock.write.grantRole([zeroHash, deployer.account.address], { account: deployer.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, timelock, 'AccessControlUnauthorizedAccount', [
    deployer.account.address,
    zeroHash,
  ])
})

test('what the deployer proposes it executes without waiting', async () => {
  const chain = await aCall()
  await throughTimelock(chain, chain.call)
  assert.equal(await chain.parameters.read.nextValue([1]), SAMPLES)
})

test('when somebody else proposes or executes it reverts', async () => {
  const chain = await aCall()
  const { viem, timelock, call } = chain
  const stranger = account(chain, 5)
  const [proposer, executor] = await Promise.all([timelock.read.PROPOSER_ROLE(), timelock.read.EXECUTOR_ROLE()])
  await viem.assertions.revertWithCustomErrorWithArgs(
    propose(chain, call, { by: stranger }),
    timelock,
    'AccessControlUnauthorizedAccount',
    [stranger.account.address, proposer],
  )
  await propose(chain, call)
  await viem.assertions.revertWithCustomErrorWithArgs(
    execute(chain, call, stranger),
    timelock,
    'AccessControlUnauthorizedAccount',
    [stranger.account.address, executor],
  )
})

test('when a call was not proposed, was executed or was cancelled it reverts', async () => {
  const chain = await aCall()
  const { viem, timelock, call, deployer } = chain
  const refused = () =>
    viem.assertions.revertWithCustomError(execute(chain, call), timelock, 'TimelockUnexpectedOperationState')
  await refused()
  await throughTimelock(chain, call)
  await refused()
  const other = { ...call, salt: keccak256(toHex('other')) }
  await propose(chain, other)
  const id = await timelock.read.hashOperation([other.target, 0n, other.data, zeroHash, other.salt])
  await timelock.write.cancel([id], { account: deployer.account })
  await viem.assertions.revertWithCustomError(execute(chain, other), timelock, 'TimelockUnexpectedOperationState')
})

test('once the delay is raised a shorter one cannot be proposed', async () => {
  const chain = await aDelayedCall()
  const { viem, timelock, call } = chain
  const short = propose(chain, call, { delay: DELAY - 1n })
  await viem.assertions.revertWithCustomErrorWithArgs(short, timelock, 'TimelockInsufficientDelay', [DELAY - 1n, DELAY])
})

test('a call counts when its delay is over, not a second earlier', async () => {
  const chain = await aDelayedCall()
  const { viem, timelock, networkHelpers, parameters, call } = chain
  await propose(chain, call, { delay: DELAY })
  const ready = BigInt(await networkHelpers.time.latest()) + DELAY
  await networkHelpers.time.setNextBlockTimestamp(ready - 1n)
  await viem.assertions.revertWithCustomError(execute(chain, call), timelock, 'TimelockUnexpectedOperationState')
  await networkHelpers.time.setNextBlockTimestamp(ready)
  await execute(chain, call)
  assert.equal(await parameters.read.nextValue([1]), SAMPLES)
})
