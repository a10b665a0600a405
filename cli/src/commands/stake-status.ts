import { StorgoError } from '@storgo/protocol'
import { type Chain, listProviders, type Provider, readProvider } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { parseAddress } from '../profile/parse-address.ts'
import { openSession } from '../profile/session.ts'
import { describeStake, stakeRecordOf } from '../provider/describe-provider.ts'
import type { StakeFlags } from '../tree/stake-commands.ts'

/** Shows one provider's stake, or that of those the account owns, or if it owns none of all. */
export async function stakeStatus(context: Context, flags: StakeFlags): Promise<undefined> {
  await using session = await openSession(context)
  const { chain } = session.storgo
  const providers =
    flags.provider === undefined ? await ownOrAll(chain, session.account.address) : [await one(chain, flags.provider)]
  for (const provider of providers) {
    const record = await stakeRecordOf(chain, provider)
    context.output.data('storgo.stake.status/1', record, describeStake(record))
  }
  return undefined
}

async function ownOrAll(chain: Chain, account: string): Promise<Provider[]> {
  const all = await Array.fromAsync(listProviders(chain))
  const own = all.filter(({ owner }) => owner.toLowerCase() === account.toLowerCase())
  return own.length > 0 ? own : all
}

async function one(chain: Chain, text: string): Promise<Provider> {
  const operator = parseAddress(text)
  const provider = await readProvider(chain, operator)
  if (provider === undefined)
    throw new StorgoError('REQUEST_INVALID', `${operator} is not a registered provider`, {
      operator,
      next: 'storgo stake status',
    })
  return provider
}
