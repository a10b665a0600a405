import { type SigningDomain, StorgoError } from '@storgo/protocol'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  type HttpTransport,
  http,
  type LocalAccount,
  type PublicClient,
  type Chain as ViemChain,
  type WalletClient,
} from 'viem'
import { onChain } from './chain-error.ts'
import type { Deployment } from './deployment.ts'

const CALL_RETRIES = 2

/** A chain with Storgo's contracts. Reads go through `publicClient`; what is sent is signed by `account`. */
export type Chain = {
  readonly publicClient: PublicClient<HttpTransport, ViemChain>
  readonly walletClient: WalletClient<HttpTransport, ViemChain, LocalAccount> | undefined
  readonly account: LocalAccount | undefined
  readonly sending: SendingRules
  readonly deployment: Deployment
  /** Of states, receipts and hellos. */
  readonly domain: SigningDomain
}

type SendingRules = {
  /** Nobody but this process sends from the account: what an earlier process left unincluded may be replaced. */
  readonly sole: boolean
  /** Most ever offered per gas, in wei; undefined: a few times what the chain asks for at first. */
  readonly maxFeePerGas: bigint | undefined
}

export type ChainOptions = {
  /** JSON-RPC endpoint; never part of an error's message, because such addresses may hold a secret. */
  rpcUrl: string
  deployment: Deployment
  /** Signs and pays for what is sent. Without it the chain can only be read. */
  account?: LocalAccount | undefined
  /** See {@link Chain.sending}. */
  soleSender?: boolean
  /** Read whenever something is sent. */
  readonly maxFeePerGas?: bigint | undefined
  /** How often new blocks and receipts are looked for, default 250 ms. */
  pollingIntervalMs?: number
  /** For one call, before each of two retries; default 10 s. */
  callTimeoutMs?: number
}

/**
 * Connects to the chain of a deployment. Every call has a deadline.
 *
 * @throws {StorgoError} `CHAIN_UNREACHABLE`; `WRONG_CHAIN` if the endpoint serves another chain, or one without these
 * contracts.
 */
export async function connectChain(options: ChainOptions): Promise<Chain> {
  const { rpcUrl, deployment, account, pollingIntervalMs = 250, callTimeoutMs = 10_000 } = options
  const chain = defineChain({
    id: deployment.chainId,
    name: `chain ${deployment.chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  })
  const transport = http(rpcUrl, { timeout: callTimeoutMs, retryCount: CALL_RETRIES })
  const settings = { chain, transport, pollingInterval: pollingIntervalMs, cacheTime: 0 }
  const publicClient = createPublicClient(settings)
  await checkChain(publicClient, deployment)
  return {
    publicClient,
    walletClient: account && createWalletClient({ ...settings, account }),
    account,
    sending: {
      sole: options.soleSender ?? false,
      get maxFeePerGas() {
        return options.maxFeePerGas
      },
    },
    deployment,
    domain: { chainId: deployment.chainId, verifyingContract: deployment.proofs },
  }
}

async function checkChain(publicClient: Chain['publicClient'], { chainId, proofs }: Deployment): Promise<void> {
  const [actual, code] = await onChain(() =>
    Promise.all([publicClient.getChainId(), publicClient.getCode({ address: proofs })]),
  )
  if (actual !== chainId) {
    const message = `The endpoint serves chain ${actual}, not ${chainId}.`
    throw new StorgoError('WRONG_CHAIN', message, { expected: chainId, actual })
  }
  if (code === undefined) {
    const message = `There is no contract at ${proofs}: the chain has been reset, or the deployment is of another.`
    throw new StorgoError('WRONG_CHAIN', message, { chainId, proofs })
  }
}
