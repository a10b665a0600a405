import { type Chain, readEpoch, readSeed } from '@storgo/sdk'
import { numberToHex } from 'viem'
import { callChain } from './call-chain.ts'

const MINE_TIMEOUT_MS = 60_000

/**
 * Goes on to the next epoch if the current one's seed can never be stored. anvil forgets the hashes of the blocks that it has
 * been started with, and without that of the seed block nobody could prove anything for the rest of the epoch.
 */
export async function passLostSeed(chain: Chain, rpcUrl: string): Promise<void> {
  const { epoch, block, seedBlock, schedule } = await readEpoch(chain)
  if (block < seedBlock || (await readSeed(chain, epoch)) !== undefined) return
  const left = schedule.firstBlock + BigInt(schedule.epochBlocks) - block
  await callChain(rpcUrl, 'anvil_mine', [numberToHex(left)], MINE_TIMEOUT_MS)
}
