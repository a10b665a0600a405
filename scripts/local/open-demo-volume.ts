import type { Storgo } from '@storgo/sdk'
import { accounts } from './accounts.ts'

const K = 4
const M = 2
/** 1.5 GiB of log in four data slots: room for 1 GiB of data, and for what changes leave behind. */
const SECTORS = 384
/** About a week of epochs. */
const EPOCHS = 20_000

/** Opens the demo account's 4 + 2 volume at the first six providers. */
export async function openDemoVolume(storgo: Storgo): Promise<bigint> {
  const providers = accounts.operators.slice(0, K + M).map(({ address }) => address)
  const { volumeId } = await storgo.volumes.open({ k: K, m: M, sectors: SECTORS, epochs: EPOCHS, providers })
  return volumeId
}
