import type { Address } from 'viem'
import { chainEvents } from './chain-events.ts'
import { describeEvent } from './describe-event.ts'
import type { LocalNetwork } from './start-network.ts'
import { STOP } from './stop-signal.ts'

/**
 * Says one line for every seed, proof and settlement from now on, and for a provider that ends, until `signal` aborts.
 * @throws {Error} if the chain ends.
 */
export async function printEvents(
  { record, storgo, chainProcess, providers }: LocalNetwork,
  { say, signal }: { say(line: string): void; signal: AbortSignal },
): Promise<void> {
  const names = new Map<string, string>(record.providers.map(({ operator, name }) => [operator.toLowerCase(), name]))
  const nameOf = (provider: Address): string => names.get(provider.toLowerCase()) ?? provider
  const ending = new AbortController()
  void chainProcess.ended.then((how) => {
    ending.abort(new Error(`the chain ended (${how}); its log: ${chainProcess.logFile}`))
  })
  for (const { name, child } of providers) {
    void child.ended.then((how) => {
      if (!child.stopping) say(`${name} ended (${how}); its log: ${child.logFile}`)
    })
  }
  const either = AbortSignal.any([signal, ending.signal])
  try {
    const from = (await storgo.chain.publicClient.getBlockNumber()) + 1n
    for await (const event of chainEvents(storgo.chain, from, either)) say(describeEvent(event, nameOf))
  } catch (error) {
    // A call that the end of the chain, or of everything, broke off is not what to tell.
    throw either.aborted ? either.reason : error
  }
  if (either.reason !== STOP) throw either.reason
}
