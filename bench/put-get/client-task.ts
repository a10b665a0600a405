import type { Deployment } from '@storgo/sdk'
import type { Hex } from 'viem'

/** What a client process is to do with a file, and where. Sizes in bytes; `masterKey` in hex. */
export type ClientTask = { operation: 'put' | 'get'; path: string; bytes: number } & (
  | { way: 'storgo'; rpcUrl: string; deployment: Deployment; masterKey: Hex; volumeId: string }
  | { way: 'by hand' | 'raw'; ports: readonly number[] }
)

/** What that took, from when it was connected on. */
export type Spent = { seconds: number; cpuSeconds: number }
