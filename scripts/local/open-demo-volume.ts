import { listVolumes, type Storgo } from '@storgo/sdk'
import { accounts } from './accounts.ts'

const K = 4
const M = 2
/** 1.5 GiB of log in four data slots: room for 1 GiB of data, and for what changes leave behind. */
const SECTORS = 384
/** About a week of epochs. */
const EPOCHS = 20_000

/** The demo account's open volume; where it has none, a new 4 + 2 one at the first six providers. */
export async function demoVolume(storgo: Storgo): Promise<bigint> {
  for await (const volume of listVolumes(storgo.chain, { owner: accounts.demo.address })) {
    if (!volume.closed) return volume.volumeId
  }
  const providers = accounts.operators.slice(0, K + M).map(({ address }) => address)
  const { volumeId } = await storgo.volumes.open({ k: K, m: M, sectors: SECTORS, epochs: EPOCHS, providers })
  return volumeId
}
