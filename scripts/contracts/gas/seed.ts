import { hexToBytes, toHex, zeroHash } from 'viem'
import { passEpochs } from '../../../test/contracts/fixtures/epochs.ts'
import { readHeader } from '../../../test/contracts/fixtures/header.ts'
import type { Storgo } from '../../../test/contracts/fixtures/network.ts'
import { gasUsed } from './full-books.ts'

/** Logs with a topic of their own each: enough to set bits in every byte of a block's bloom filter. */
const LOGS = 1_500
const SCHEDULE_GAS = 16_000_000n

/** Storing a seed whose header has no zero byte left in its bloom filter. */
export async function seedGas(storgo: Storgo): Promise<bigint> {
  const { timelock, token, proofs, networkHelpers, publicClient } = storgo
  const epoch = await passEpochs(storgo)
  const seedBlock = await proofs.read.seedBlock([epoch])
  await networkHelpers.mineUpTo(seedBlock - 1n)
  const calls = [Array(LOGS).fill(token.address), Array(LOGS).fill(0n), Array(LOGS).fill('0x')] as const
  await timelock.write.scheduleBatch([...calls, zeroHash, toHex(epoch, { size: 32 }), 0n], { gas: SCHEDULE_GAS })

  const { logsBloom } = await publicClient.getBlock({ blockNumber: seedBlock })
  if (logsBloom === null || hexToBytes(logsBloom).includes(0)) throw new Error('the bloom filter is not full')
  const { rlp } = await readHeader(storgo, seedBlock)
  return gasUsed(storgo, await proofs.write.storeSeed([epoch, rlp]))
}
