import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { chosenProviders } from '../provider/chosen-providers.ts'
import { describeStake, stakeRecordOf } from '../provider/describe-provider.ts'
import type { StakeFlags } from '../tree/stake-commands.ts'

/** Shows one provider's stake, or that of those the account owns, or if it owns none of all. */
export async function stakeStatus(context: Context, flags: StakeFlags): Promise<undefined> {
  await using session = await openSession(context)
  const { chain } = session.storgo
  for (const provider of await chosenProviders(chain, session.account.address, flags.provider)) {
    const record = await stakeRecordOf(chain, provider)
    context.output.data('storgo.stake.status/1', record, describeStake(record))
  }
  return undefined
}
