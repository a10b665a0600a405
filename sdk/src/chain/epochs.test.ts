import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { type BlockNumber, type Epoch, isStorgoError, seedFromMixHash } from '@storgo/protocol'
import { hexToBytes } from 'viem'
import { isContractError } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { accountAt, aLocalChain, type LocalChain } from './fixtures/local-chain.ts'
import { hasProven } from './has-proven.ts'
import { listProofs } from './list-proofs.ts'
import { readBook } from './read-book.ts'
import { readEpoch } from './read-epoch.ts'
import { readParameter } from './read-parameter.ts'
import { readSeed } from './read-seed.ts'
import { storeSeed } from './store-seed.ts'
import { submitProof } from './submit-proof.ts'
import { watchBlocks } from './watch-blocks.ts'

let chain: LocalChain
let provider: Chain
const operator = accountAt(3).address

before(async () => {
  chain = await aLocalChain()
  provider = await chain.connect(3)
})
after(() => chain[Symbol.asyncDispose]())

describe('epochs on the chain', () => {
  test('are where the schedule says, at their first and last block', async () => {
    const { epoch: before } = await readEpoch(provider)
    await chain.nextEpoch()
    const first = await readEpoch(provider)
    assert.deepEqual([first.epoch, first.block], [before + 1, first.firstBlock])
    assert.deepEqual([first.schedule.epochBlocks, first.seedDelayBlocks], [30, 2])
    assert.equal(first.seedBlock, first.firstBlock + 2n)
    await chain.mine(29)
    const last = await readEpoch(provider)
    assert.deepEqual([last.epoch, last.block - last.firstBlock], [first.epoch, 29n])
    await chain.mine(1)
    assert.equal((await readEpoch(provider)).epoch, first.epoch + 1)
  })

  test('have the seed that their seed block gives, once somebody stores it', async () => {
    const epoch = await chain.nextEpoch(1)
    await assert.rejects(storeSeed(provider, epoch), (error) =>
      isContractError(error, 'ProofOfStorageSeedBlockUnavailable'),
    )
    await chain.mine(2)
    assert.equal(await readSeed(provider, epoch), undefined)
    await storeSeed(provider, epoch)
    const { seedBlock } = await readEpoch(provider)
    const { mixHash } = await provider.publicClient.getBlock({ blockNumber: seedBlock })
    const { chainId } = chain.deployment
    assert.deepEqual(await readSeed(provider, epoch), seedFromMixHash(hexToBytes(mixHash ?? '0x'), chainId, epoch))
    await assert.rejects(storeSeed(provider, epoch), (error) => isContractError(error, 'ProofOfStorageSeedKnown'))
  })

  test('that are over have no seed to store', async () => {
    const { epoch } = await readEpoch(provider)
    await chain.nextEpoch()
    await assert.rejects(storeSeed(provider, epoch), (error) => isContractError(error, 'ProofOfStorageEpochNotCurrent'))
  })

  test('are not proven by one who has nothing billed, or with bytes that are no proof', async () => {
    const epoch = await chain.nextEpoch(4)
    const proof = { epoch, states: new Uint8Array(0), samples: randomBytes(100) }
    await assert.rejects(submitProof(provider, proof), (error) => isStorgoError(error, 'TRANSACTION_FAILED'))
    const past = { ...proof, epoch: (epoch - 1) as Epoch }
    await assert.rejects(submitProof(provider, past), (error) =>
      isContractError(error, 'ProofOfStorageEpochNotCurrent'),
    )
    assert.equal(await hasProven(provider, { provider: operator, epoch }), false)
    assert.deepEqual(await Array.fromAsync(listProofs(provider, { provider: operator })), [])
    assert.deepEqual(await readBook(provider, operator), [])
    assert.equal(await readParameter(provider, 'proofSamples'), 20n)
  })

  test('pass by block by block, the newest first', async () => {
    const seen: BlockNumber[] = []
    const blocks = new EventTarget()
    const errors: unknown[] = []
    const { block } = await readEpoch(provider)
    const first = once(blocks, 'block')
    using _ = watchBlocks(provider, {
      onBlock: ({ block: number }) => {
        seen.push(number)
        blocks.dispatchEvent(new Event('block'))
      },
      onReorganisation: (number) => errors.push(number),
      onError: (error) => errors.push(error),
    })
    await first
    const second = once(blocks, 'block')
    await chain.mine(1)
    await second
    assert.deepEqual([seen, errors], [[block, block + 1n], []])
  })
})
