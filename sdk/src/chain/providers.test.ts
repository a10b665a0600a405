import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { parseEther } from 'viem'
import { peerAddressOf } from '../net/peer-address.ts'
import { addStake } from './add-stake.ts'
import { isContractError } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import {
  ASK,
  accountAt,
  aLocalChain,
  type LocalChain,
  PRICE,
  registerProviders,
  STAKE,
} from './fixtures/local-chain.ts'
import { isProvider } from './is-provider.ts'
import { listProviders } from './list-providers.ts'
import { readBalance } from './read-balance.ts'
import { readParameter } from './read-parameter.ts'
import { readProvider } from './read-provider.ts'
import { registerProvider } from './register-provider.ts'
import { setAddresses } from './set-addresses.ts'
import { setAsk } from './set-ask.ts'
import { startUnbonding } from './start-unbonding.ts'
import { withdrawStake } from './withdraw-stake.ts'

let chain: LocalChain
let owner: Chain
const address = accountAt(1).address

before(async () => {
  chain = await aLocalChain()
  owner = await chain.connect(1)
})
after(() => chain[Symbol.asyncDispose]())

describe('a provider on the chain', () => {
  test('registers with stake, ask and addresses in one transaction, and is found', async () => {
    await chain.fund(address, STAKE)
    const addresses = [multiaddr('/ip4/127.0.0.1/tcp/4001').bytes]
    const nonce = () => owner.publicClient.getTransactionCount({ address })
    const before = await nonce()
    const options = { operatorKey: randomBytes(32), addresses, stake: STAKE, ask: ASK }
    const { operator } = await registerProvider(owner, options)
    assert.equal((await nonce()) - before, 1)
    const provider = await readProvider(owner, operator)
    assert.ok(provider)
    const { stake, freeSectors, minSectors, pricePerSectorEpoch } = provider
    assert.deepEqual([provider.owner, stake, freeSectors, minSectors], [address, STAKE, 1_000, 1])
    assert.equal(pricePerSectorEpoch, PRICE)
    assert.match(String(peerAddressOf(provider).multiaddrs), /^\/ip4\/127.0.0.1\/tcp\/4001\/p2p\/16Uiu2/)
    assert.equal(await isProvider(owner, operator), true)
  })

  test('is undefined when unknown', async () => {
    assert.equal(await readProvider(owner, address), undefined)
    assert.equal(await isProvider(owner, address), false)
  })

  test('is listed after those that registered before it, however many pages there are', async () => {
    const earlier = (await Array.fromAsync(listProviders(owner))).map(({ operator }) => operator)
    const operators = await registerProviders(chain, owner, 52)
    const all = (await Array.fromAsync(listProviders(owner))).map(({ operator }) => operator)
    assert.deepEqual(all, [...earlier, ...operators])
  })

  test('changes its ask, its addresses and its stake', async () => {
    const [operator = address] = await registerProviders(chain, owner, 1)
    await setAsk(owner, { operator, ask: { ...ASK, freeSectors: 7 } })
    await setAddresses(owner, { operator, addresses: [multiaddr('/ip4/10.0.0.1/tcp/1').bytes] })
    await chain.fund(address, STAKE)
    await addStake(owner, { operator, amount: STAKE })
    const provider = await readProvider(owner, operator)
    assert.deepEqual([provider?.freeSectors, provider?.stake, provider?.addresses.length], [7, 2n * STAKE, 1])
  })

  test('gets stake back after the unbonding epochs and not before', async () => {
    const [operator = address] = await registerProviders(chain, owner, 1)
    const { stor } = await readBalance(owner, address)
    await startUnbonding(owner, { operator, amount: STAKE })
    await assert.rejects(withdrawStake(owner, operator), (error) =>
      isContractError(error, 'ProviderRegistryStillUnbonding'),
    )
    for (let left = await readParameter(owner, 'unbondingEpochs'); left > 0n; left--) await chain.nextEpoch()
    await withdrawStake(owner, operator)
    assert.equal((await readBalance(owner, address)).stor - stor, STAKE)
  })

  test('cannot register with less than the minimum, nor with stake its owner has not got', async () => {
    const minimum = await readParameter(owner, 'minimumStake')
    assert.equal(minimum, parseEther('1000'))
    const register = (from: Chain, stake: bigint) =>
      registerProvider(from, { operatorKey: randomBytes(32), addresses: [], stake })
    await assert.rejects(register(owner, minimum - 1n), (error) =>
      isContractError(error, 'ProviderRegistryStakeTooLow'),
    )
    const poor = await chain.connect(8)
    const details = { error: 'ERC20InsufficientBalance', sender: accountAt(8).address, balance: 0n, needed: minimum }
    await assert.rejects(register(poor, minimum), { code: 'INSUFFICIENT_FUNDS', details })
  })
})
