import { z } from 'zod'
import {
  address,
  amount,
  block,
  count,
  decimal,
  epoch,
  gas,
  listOf,
  nonce,
  sectors,
  sent,
  transactionHash,
  volumeId,
} from './atoms.ts'

/** Data of `storgo stake …` and `storgo proof …`. */
export const STAKE_AND_PROOF_SCHEMAS = {
  'storgo.stake.add/1': z.strictObject({ operator: address, amount, ...sent }),
  'storgo.stake.status/1': z.strictObject({
    ...{ operator: address, owner: address, stake: amount, unbonding: amount },
    unbondingEndsEpoch: epoch,
    billedSectors: sectors,
    freeSectors: sectors,
    pricePerSectorEpoch: amount,
    earnings: amount.describe('what may be withdrawn, in the smallest unit of STOR'),
  }),
  'storgo.proof.ls/1': z.strictObject({
    ...{ provider: address, epoch },
    billedSectors: decimal.describe('MiB that the proof stands for'),
    samples: count,
    states: listOf(z.strictObject({ volumeId, nonce })).describe(
      'what it showed; nonce 0 for a volume without a state',
    ),
    ...{ block, transactionHash, gas },
  }),
}
