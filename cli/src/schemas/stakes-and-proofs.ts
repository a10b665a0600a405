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
  slot,
  transactionHash,
  volumeId,
} from './atoms.ts'

const proof = {
  ...{ provider: address, epoch },
  billedSectors: decimal.describe('MiB that the proof stands for'),
  samples: count,
  states: listOf(z.strictObject({ volumeId, nonce })).describe('what it showed; nonce 0 for a volume without a state'),
  ...{ block, transactionHash, gas },
}
const sample = z.strictObject({
  sample: count,
  ...{ volumeId, slot, nonce },
  sector: count.nullable().describe('null where the slot held nothing yet'),
  leaf: count.nullable(),
  verified: z.boolean().describe('whether the leaf leads to what the client signed, worked out once more'),
})

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
  'storgo.stake.unbond/1': z.strictObject({
    ...{ operator: address, amount },
    endsEpoch: epoch.describe('from then on it can be withdrawn'),
    ...sent,
  }),
  'storgo.stake.withdraw/1': z.strictObject({ operator: address, owner: address, amount, ...sent }),
  'storgo.stake.claim/1': z.strictObject({
    ...{ from: address, to: address, kind: z.enum(['earnings', 'refunds']), amount },
    ...sent,
  }),
  'storgo.stake.runway/1': z.strictObject({
    operator: address,
    ether: amount.describe("the operator's, in wei"),
    weiPerEpoch: decimal.nullable().describe('cost of its proofs of late; null without any'),
    epochsOfGas: z.number().min(0).nullable().describe('for so many epochs its ETH pays proofs'),
    ...{ stake: amount, stakeNeeded: amount, earnings: amount },
  }),
  'storgo.proof.ls/1': z.strictObject(proof),
  'storgo.proof.watch/1': z.strictObject(proof),
  'storgo.proof.explain/1': z.strictObject({
    ...{ provider: address, epoch },
    outcome: z.enum(['proven', 'missed', 'pending', 'void', 'nothing']),
    block: block.nullable(),
    transactionHash: transactionHash.nullable(),
    gas: gas.nullable(),
    billedSectors: decimal.nullable().describe('MiB'),
    samples: listOf(sample)
      .nullable()
      .describe('one for each challenge; null where the chain does not tell them any more'),
    firstBlock: block,
    lastBlock: block,
    seed: z
      .string()
      .regex(/^0x[0-9a-f]{56}$/u)
      .nullable(),
    over: z.boolean().describe('whether the epoch has ended'),
  }),
}
