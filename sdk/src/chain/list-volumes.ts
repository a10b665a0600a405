import { storageMarketAbi } from '@storgo/contracts/abi'
import type { BlockNumber } from '@storgo/protocol'
import type { Address } from 'viem'
import type { Chain } from './connect-chain.ts'
import { readVolume, type Volume } from './read-volume.ts'
import { scanLogs } from './scan-logs.ts'

/** All volumes that `owner` opened, oldest first; closed ones are among them. */
export async function* listVolumes(
  chain: Chain,
  { owner, fromBlock }: { owner: Address; fromBlock?: BlockNumber },
): AsyncGenerator<Volume, void> {
  const { publicClient, deployment } = chain
  const event = {
    address: deployment.market,
    abi: storageMarketAbi,
    eventName: 'VolumeOpened',
    args: { owner },
  } as const
  const opened = scanLogs(chain, fromBlock, (range) =>
    publicClient.getContractEvents({ ...event, ...range, strict: true }),
  )
  for await (const { args } of opened) {
    const volume = await readVolume(chain, args.volumeId)
    if (volume) yield volume
  }
}
