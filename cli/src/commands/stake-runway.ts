import { providerRegistryAbi } from '@storgo/contracts/abi'
import { type Chain, onChain, type Provider, readBalance, readEarnings } from '@storgo/sdk'
import { formatEther } from 'viem'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { chosenProviders } from '../provider/chosen-providers.ts'
import { type ProofCosts, proofCosts } from '../provider/proof-costs.ts'
import { formatStor } from '../quantities.ts'
import type { StakeFlags } from '../tree/stake-commands.ts'

/** Proofs of so many epochs tell what one costs. */
const EPOCHS = 10
/** Of ETH, which has 18. */
const DECIMALS = 6

/** How long providers can go on as they do: for how many epochs their ETH pays proofs, and what their stake still covers. */
export async function stakeRunway(context: Context, flags: StakeFlags): Promise<undefined> {
  await using session = await openSession(context)
  const { chain } = session.storgo
  const providers = await chosenProviders(chain, session.account.address, flags.provider)
  const costs = await proofCosts(chain, EPOCHS)
  for (const provider of providers) {
    const runway = await runwayOf(chain, provider, costs.get(provider.operator))
    context.output.data('storgo.stake.runway/1', runway, describe(runway))
  }
}

type Runway = {
  operator: Provider['operator']
  /** The operator's, in wei. */
  ether: bigint
  /** Of its proofs of late; null without any. */
  weiPerEpoch: bigint | null
  epochsOfGas: number | null
  stake: bigint
  stakeNeeded: bigint
  earnings: bigint
}

async function runwayOf(
  chain: Chain,
  { operator, stake, billedSectors }: Provider,
  costs: ProofCosts | undefined,
): Promise<Runway> {
  const registry = { address: chain.deployment.registry, abi: providerRegistryAbi } as const
  const [{ ether }, stakeNeeded, earnings] = await Promise.all([
    readBalance(chain, operator),
    onChain(() => chain.publicClient.readContract({ ...registry, functionName: 'stakeNeeded', args: [billedSectors] })),
    readEarnings(chain, operator),
  ])
  const weiPerEpoch = costs?.weiPerEpoch ?? null
  const epochsOfGas = weiPerEpoch === null || weiPerEpoch === 0n ? null : Number(ether / weiPerEpoch)
  return { operator, ether, weiPerEpoch, epochsOfGas, stake, stakeNeeded, earnings }
}

function describe({ operator, ether, weiPerEpoch, epochsOfGas, stake, stakeNeeded, earnings }: Runway): string {
  const gas =
    weiPerEpoch === null
      ? 'no proofs of late'
      : `${ethText(weiPerEpoch)} for a proof${epochsOfGas === null ? '' : `: enough for ${epochsOfGas} epochs`}`
  const spare = stake - stakeNeeded
  const cover = spare >= 0n ? `${formatStor(spare)} spare` : `${formatStor(-spare)} too little`
  return `${operator}  ${ethText(ether)}, ${gas}; stake ${formatStor(stake)}, ${cover}; earned ${formatStor(earnings)}`
}

/** Up to six decimals; what is less than the last of them is told apart from nothing. */
function ethText(wei: bigint): string {
  const [whole = '0', fraction = ''] = formatEther(wei).split('.')
  const shown = fraction.slice(0, DECIMALS).replace(/0+$/u, '')
  if (whole === '0' && shown === '' && wei > 0n) return `less than 0.${'1'.padStart(DECIMALS, '0')} ETH`
  return `${whole}${shown === '' ? '' : `.${shown}`} ETH`
}
