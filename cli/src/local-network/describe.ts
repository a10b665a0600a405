import { table } from '../table.ts'
import type { LocalNetworkRecord } from './record.ts'

/** URLs and accounts of a running network, for people. */
export function describeNetwork({ rpcUrl, chainId, accounts, providers, volumeId, pid }: LocalNetworkRecord): string {
  const head = table([
    ['chain', `${rpcUrl} (chain id ${chainId})`],
    ['demo account', accounts.demo.address],
    ['volume', volumeId],
    ['process', String(pid)],
  ])
  const rows = providers.map(({ name, operator, multiaddr, httpUrl, pid: process }) => [
    name,
    operator,
    multiaddr.replace(/\/p2p\/.*$/u, ''),
    `${httpUrl}/status`,
    String(process),
  ])
  return `${head}\n\n${table([['provider', 'operator', 'listens on', 'status', 'process'], ...rows])}`
}
