import { equalBytes } from '@storgo/protocol'
import type { Address } from 'viem'
import type { ChainHead } from '../prover/proof-chain.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ProviderChain } from './provider-chain.ts'

const TIMEOUT_MS = 30_000

export type AddressPublisherOptions = {
  chain: Pick<ProviderChain, 'readAddresses' | 'publishAddresses'>
  operator: Address
  /** Binary multiaddrs that this node is reached at. */
  addresses: () => readonly Uint8Array[]
  /** Throws if another process of this provider runs where the registry says. */
  assertAlone: () => Promise<void>
  logger: Logger
}

/**
 * Makes a listener for new heads that, once an epoch, compares what the registry says with where this node listens, and
 * writes the truth there. A provider that is not registered yet is looked at every block.
 */
export function publishAddresses(options: AddressPublisherOptions): (head: ChainHead) => void {
  const { chain, operator, addresses, assertAlone, logger } = options
  let checkedEpoch = -1
  let busy = false

  async function check(): Promise<boolean> {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const published = await chain.readAddresses(operator, { signal })
    if (published === undefined) return false
    const actual = addresses()
    if (actual.length > 0 && !same(published, actual)) {
      // Whoever wrote these may be running there: then it is not for this process to write its own over them.
      await assertAlone()
      await chain.publishAddresses(actual, { signal })
      logger.info({ addresses: actual.length }, 'addresses published')
    }
    return true
  }

  return ({ epoch }) => {
    if (busy || epoch === checkedEpoch) return
    busy = true
    check()
      .then((registered) => {
        if (registered) checkedEpoch = epoch
      })
      .catch((error: unknown) => logger.warn({ error }, 'publishing the addresses failed'))
      .finally(() => {
        busy = false
      })
  }
}

function same(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((bytes, index) => equalBytes(bytes, b[index] ?? new Uint8Array()))
}
