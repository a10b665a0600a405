import { proofOfStorageAbi, storageMarketAbi } from '@storgo/contracts/abi'
import { StorgoError } from '@storgo/protocol'
import type { Chain } from '@storgo/sdk'
import { type Address, isAddressEqual, parseEventLogs } from 'viem'

/** Events after which what is known of a volume is out of date. */
const MARKET_EVENTS = ['VolumeOpened', 'VolumeResized', 'VolumeClosed', 'VolumeExpired', 'SessionKeyChanged'] as const

/** Volumes that changed in these blocks, both included, or whose place in the provider's book did. */
export async function readChangedVolumes(
  { publicClient, deployment }: Chain,
  { provider, from, to }: { provider: Address; from: bigint; to: bigint },
): Promise<Set<bigint>> {
  const address = [deployment.market, deployment.proofs]
  const logs = await publicClient.getLogs({ address, fromBlock: from, toBlock: to }).catch((cause: unknown) => {
    throw new StorgoError('CHAIN_UNREACHABLE', 'The chain does not give its events.', { from, to }, { cause })
  })
  const changed = parseEventLogs({ abi: storageMarketAbi, eventName: [...MARKET_EVENTS], logs })
  const moved = parseEventLogs({ abi: proofOfStorageAbi, eventName: 'BookChanged', logs })
  const own = moved.filter(({ args }) => isAddressEqual(args.provider, provider))
  return new Set([...changed, ...own].map(({ args }) => args.volumeId))
}
