import { isStorgoError, StorgoError } from '@storgo/protocol'
import { type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem'
import { noncesOf } from './account-nonces.ts'
import { accountOf } from './account-of.ts'
import { type Call, type Pending, replace } from './broadcast.ts'
import { onChain } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { pause } from './pause.ts'

/** How long to wait for a block to include a transaction that may come at any time. */
const INCLUSION_TIMEOUT_MS = 120_000
/** Blocks that may pass a transaction over before it offers more. */
const PATIENCE_BLOCKS = 3n
/** Longest pause between two looks at a chain that does not answer. */
const MAX_PAUSE_MS = 5_000
/** Gas of a transaction that does nothing. */
const IDLE_GAS = 21_000n

export type Waiting = {
  /** Ends the waiting. What was sent may still be included; the account's next transaction may take its place. */
  signal?: AbortSignal | undefined
  /** The last block in which the transaction is of use. Without it the waiting ends after two minutes. */
  lastBlock?: bigint | undefined
}

/**
 * Waits until a block includes the transaction, or one of its replacements: it offers more when blocks pass it over. A chain
 * that does not answer is asked again, ever more slowly. Past `lastBlock` an idle transaction takes its place.
 *
 * @throws {StorgoError} `TIMED_OUT`; `TRANSACTION_FAILED` if a transaction that this process did not send took the nonce.
 */
export async function awaitInclusion(chain: Chain, pending: Pending, waiting: Waiting): Promise<TransactionReceipt> {
  const nonces = noncesOf(chain)
  try {
    return await look(chain, pending, waiting)
  } catch (error) {
    nonces.left.set(pending.nonce, pending.fees)
    throw error
  } finally {
    nonces.waiting.delete(pending.nonce)
  }
}

async function look(chain: Chain, pending: Pending, { signal, lastBlock }: Waiting): Promise<TransactionReceipt> {
  const { publicClient } = chain
  const { pollingInterval } = publicClient
  const startedMs = performance.now()
  let pauseMs = pollingInterval
  let [seen, offered] = [-1n, -1n]
  let lookedAgain = false
  for (;;) {
    try {
      const block = await onChain(() => publicClient.getBlockNumber())
      pauseMs = pollingInterval
      if (block !== seen || lookedAgain) {
        const receipt = await onChain(() => findReceipt(chain, pending))
        if (receipt !== undefined) return receipt
        const used = await onChain(() => isUsed(chain, pending))
        // The receipt may have come between the two questions.
        if (used && lookedAgain) throw taken(pending)
        lookedAgain = used
        if (offered < 0n) offered = block
        if (!used && lastBlock !== undefined && block >= lastBlock) return await giveUp(chain, pending)
        if (!used && block - offered >= PATIENCE_BLOCKS) {
          offered = block
          await offerMore(chain, pending)
        }
        seen = block
      }
    } catch (error) {
      if (!isStorgoError(error, 'CHAIN_UNREACHABLE')) throw error
      pauseMs = Math.min(2 * pauseMs, Math.max(MAX_PAUSE_MS, pollingInterval))
    }
    const waitedMs = performance.now() - startedMs
    if (lastBlock === undefined && waitedMs >= INCLUSION_TIMEOUT_MS) throw late(pending)
    await pause(pauseMs, signal)
  }
}

/** Replacements and the first race each other, and any may win. */
async function findReceipt({ publicClient }: Chain, { hashes }: Pending): Promise<TransactionReceipt | undefined> {
  for (const hash of hashes.toReversed()) {
    try {
      return await publicClient.getTransactionReceipt({ hash })
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError)) throw error
    }
  }
  return undefined
}

async function isUsed(chain: Chain, { nonce }: Pending): Promise<boolean> {
  const { address } = accountOf(chain)
  return (await chain.publicClient.getTransactionCount({ address, blockTag: 'latest' })) > nonce
}

/** What the chain refuses here does not change what is on its way: it may be included already, or offer too much to be raised. */
async function offerMore(chain: Chain, pending: Pending, instead?: Call): Promise<void> {
  try {
    await onChain(() => replace(chain, pending, instead && { ...instead, gas: IDLE_GAS }))
  } catch (error) {
    if (isStorgoError(error, 'CHAIN_UNREACHABLE')) throw error
  }
}

/** A late transaction must neither cost what it costs nor hold up the next one. */
async function giveUp(chain: Chain, pending: Pending): Promise<TransactionReceipt> {
  await offerMore(chain, pending, { to: accountOf(chain).address, data: '0x' })
  const receipt = await onChain(() => findReceipt(chain, pending))
  if (receipt === undefined) throw late(pending)
  return receipt
}

function late({ nonce, hashes }: Pending): StorgoError {
  const details = { nonce, transactionHash: hashes.at(-1) ?? '' }
  return new StorgoError('TIMED_OUT', 'The transaction was not included in time.', details)
}

function taken({ nonce, hashes }: Pending): StorgoError {
  const details = { nonce, transactionHash: hashes.at(-1) ?? '' }
  return new StorgoError(
    'TRANSACTION_FAILED',
    'Another transaction of the account took the place of this one.',
    details,
  )
}
