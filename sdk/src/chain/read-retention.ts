import type { Epoch } from '@storgo/protocol'
import type { Chain } from './connect-chain.ts'
import { readEpoch } from './read-epoch.ts'
import { readParameter } from './read-parameter.ts'

/** The epoch it is, and for how many epochs slots keep stripes that a state has freed. */
export async function readRetention(chain: Chain): Promise<{ epoch: Epoch; retentionEpochs: number }> {
  const [{ epoch }, retentionEpochs] = await Promise.all([readEpoch(chain), readParameter(chain, 'retentionEpochs')])
  return { epoch, retentionEpochs: Number(retentionEpochs) }
}
