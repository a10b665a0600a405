import { type Chain, readBalance, readEarnings, withdrawCredit, withdrawEarnings } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openSession } from '../profile/session.ts'
import { ownProviders, registeredProvider } from '../provider/chosen-providers.ts'
import { formatStor } from '../quantities.ts'
import type { StakeFlags } from '../tree/stake-commands.ts'

/** Moves what providers have earned to their owners, and the account's refunds to it: exit code 3 if there is nothing. */
export async function stakeClaim(context: Context, flags: StakeFlags): Promise<ExitCode> {
  const { output } = context
  await using session = await openSession(context)
  const { chain } = session.storgo
  const account = session.account.address
  const providers =
    flags.provider === undefined
      ? await ownProviders(chain, account)
      : [await registeredProvider(chain, flags.provider)]
  let claimed = 0
  for (const { operator, owner } of providers) {
    const amount = await readEarnings(chain, operator)
    if (amount === 0n) continue
    const sent = await withdrawEarnings(chain, operator)
    const text = `Moved ${formatStor(amount)} that ${operator} has earned to ${owner} with ${sent.gasUsed} gas.`
    output.data('storgo.stake.claim/1', { from: operator, to: owner, kind: 'earnings', amount, ...sent }, text)
    claimed++
  }
  if (flags.provider === undefined) claimed += await claimRefunds(context, chain, account)
  if (claimed > 0) return EXIT.ok
  output.note('There is nothing to claim. Earnings are there once slots are settled.')
  return EXIT.notFound
}

async function claimRefunds({ output }: Context, chain: Chain, account: `0x${string}`): Promise<number> {
  const { credit: amount } = await readBalance(chain, account)
  if (amount === 0n) return 0
  const sent = await withdrawCredit(chain)
  const { market } = chain.deployment
  const text = `Moved ${formatStor(amount)} of refunds to ${account} with ${sent.gasUsed} gas.`
  output.data('storgo.stake.claim/1', { from: market, to: account, kind: 'refunds', amount, ...sent }, text)
  return 1
}
