import { addStake } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { parseAddress } from '../profile/parse-address.ts'
import { openSession } from '../profile/session.ts'
import { formatStor, parseStor } from '../quantities.ts'

/** Adds to a provider's stake from the account; anybody may. */
export async function stakeAdd(context: Context, text: string, flags: { provider: string }): Promise<undefined> {
  const amount = parseStor(text, { min: 1n })
  const operator = parseAddress(flags.provider)
  await using session = await openSession(context)
  const sent = await addStake(session.storgo.chain, { operator, amount })
  const line = `Added ${formatStor(amount)} to the stake of ${operator} with ${sent.gasUsed} gas.`
  context.output.data('storgo.stake.add/1', { operator, amount, ...sent }, line)
  return undefined
}
