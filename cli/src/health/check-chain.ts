import { type Chain, readEpoch } from '@storgo/sdk'
import type { Finding } from './finding.ts'

/** No chain that Storgo runs on is this slow; on a slower one, proofs would come late too. */
const SILENT_SECONDS = 120

/** Whether the chain goes on, and in which epoch it is. */
export async function checkChain({ publicClient, ...chain }: Chain): Promise<{ finding: Finding; epoch: number }> {
  const [{ epoch, block, firstBlock, schedule }, { timestamp }] = await Promise.all([
    readEpoch({ publicClient, ...chain }),
    publicClient.getBlock(),
  ])
  const age = Math.max(0, Math.round(Date.now() / 1000 - Number(timestamp)))
  const ok = age <= SILENT_SECONDS
  const left = firstBlock + BigInt(schedule.epochBlocks) - block
  const state = ok
    ? `block ${block}, epoch ${epoch}, ${left} blocks to the next`
    : `no new block for ${age} s; the newest is ${block}`
  return { epoch, finding: { area: 'chain', subject: 'chain', ok, state, next: ok ? '' : 'storgo logs --node chain' } }
}
