import { StorgoError } from '@storgo/protocol'
import { type Chain, type Provider, readEpoch, readProvider, startUnbonding, withdrawStake } from '@storgo/sdk'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openSession } from '../profile/session.ts'
import { registeredProvider } from '../provider/chosen-providers.ts'
import { formatStor, parseStor } from '../quantities.ts'
import type { StakeFlags } from '../tree/stake-commands.ts'

/**
 * With an amount it takes so much of a stake out of use; it can be withdrawn after the unbonding epochs. Without one it
 * withdraws what can be: exit code 6 while that has to wait.
 */
export async function stakeWithdraw(
  context: Context,
  text: string | undefined,
  flags: Required<StakeFlags>,
): Promise<ExitCode> {
  const amount = text === undefined ? undefined : parseStor(text, { min: 1n })
  await using session = await openSession(context)
  const { chain } = session.storgo
  const provider = await registeredProvider(chain, flags.provider)
  return amount === undefined ? await collect(context, chain, provider) : await unbond(context, chain, provider, amount)
}

async function unbond(context: Context, chain: Chain, { operator }: Provider, amount: bigint): Promise<ExitCode> {
  await confirm(context, `Take ${formatStor(amount)} of the stake of ${operator} out of use?`)
  const sent = await startUnbonding(chain, { operator, amount })
  const after = await readProvider(chain, operator)
  const endsEpoch = after?.unbondingEndsEpoch ?? 0
  const text = `${formatStor(amount)} of ${operator} can be withdrawn from epoch ${endsEpoch} on (${sent.gasUsed} gas).\n  next: storgo stake withdraw --provider ${operator}`
  context.output.data('storgo.stake.unbond/1', { operator, amount, endsEpoch, ...sent }, text)
  return EXIT.ok
}

async function collect(
  { output }: Context,
  chain: Chain,
  { operator, unbonding: amount, unbondingEndsEpoch, owner }: Provider,
): Promise<ExitCode> {
  if (amount === 0n)
    throw new StorgoError('REQUEST_INVALID', `nothing of the stake of ${operator} is to be withdrawn`, {
      operator,
      next: `storgo stake withdraw STOR --provider ${operator}`,
    })
  const { epoch } = await readEpoch(chain)
  if (epoch < unbondingEndsEpoch)
    throw new StorgoError(
      'TIMED_OUT',
      `${formatStor(amount)} can be withdrawn from epoch ${unbondingEndsEpoch} on; it is epoch ${epoch}`,
      { operator, next: 'the same command later' },
    )
  const sent = await withdrawStake(chain, operator)
  const text = `Withdrew ${formatStor(amount)} of the stake of ${operator} to ${owner} with ${sent.gasUsed} gas.`
  output.data('storgo.stake.withdraw/1', { operator, owner, amount, ...sent }, text)
  return EXIT.ok
}
