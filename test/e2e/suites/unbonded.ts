import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callChain } from '../../../scripts/local/call-chain.ts'
import type { SharedNetwork } from '../shared-network.ts'

/** More than the unbonding epochs of the local chain. */
const BLOCKS = 180
const MINING_MS = 60_000

/**
 * What `stakesAndProofs` has taken out of use, once the unbonding epochs are over. The chain jumps there: providers miss the epochs
 * in between, so this comes last.
 */
export function unbonded({ record, json, failure }: SharedNetwork): void {
  describe('unbonded', () => {
    test('what was taken out of use is withdrawn to the owner when the unbonding epochs are over, once', async () => {
      const [before] = await json(['stake', 'status'])
      assert.equal(before?.['unbonding'], '1000000000000000000000')
      const operator = String(before?.['operator'])
      await callChain(record.rpcUrl, 'hardhat_mine', [`0x${BLOCKS.toString(16)}`], MINING_MS)
      const [withdrawn] = await json(['stake', 'withdraw', '--provider', operator])
      assert.partialDeepStrictEqual(withdrawn, {
        ...{ operator, owner: record.accounts.demo.address, amount: '1000000000000000000000' },
      })
      const [after] = await json(['stake', 'status', '--provider', operator])
      assert.deepEqual([after?.['unbonding'], after?.['stake']], ['0', before?.['stake']])
      const again = await failure(['stake', 'withdraw', '--provider', operator])
      assert.deepEqual([again.code, again.exitCode], ['REQUEST_INVALID', 2])
    })
  })
}
