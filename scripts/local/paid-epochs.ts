import type { Address } from 'viem'
import type { ChainEvent } from './chain-events.ts'

/** One slot, who holds it, and its price of one epoch in STOR's smallest unit. */
export type LiveSlot = { slot: number; provider: Address; pricePerEpoch: bigint }
export type EpochRange = { first: number; last: number }
export type PaidEpochs = {
  /** Proofs of live holders in the range. */
  proofs: number
  /** Median gas of those; 0 if there are none. */
  proveGas: number
  /** Paid to live holders for the range. */
  paid: bigint
  /** What is missing, in sentences; empty if every live holder proved and was paid for every epoch. */
  missing: string[]
}

/**
 * Checks from what happened on chain that each live slot holder proved every epoch of a range and was paid its price for it.
 * Slots were settled up to `first` before, so that no settlement reaches across the beginning.
 */
export function paidEpochs(
  events: readonly ChainEvent[],
  volumeId: bigint,
  slots: readonly LiveSlot[],
  { first, last }: EpochRange,
): PaidEpochs {
  const missing: string[] = []
  const gas: bigint[] = []
  let paid = 0n
  for (const { slot, provider, pricePerEpoch } of slots) {
    for (let epoch = first; epoch <= last; epoch++) {
      const proof = events.find(
        (event) => event.kind === 'proof' && event.epoch === epoch && isSame(event.provider, provider),
      )
      if (proof?.kind === 'proof') gas.push(proof.gas)
      else missing.push(`slot ${slot} (${provider}) did not prove epoch ${epoch}`)
    }
    let earned = 0n
    for (const event of events) {
      if (event.kind !== 'settlement' || event.volumeId !== volumeId || event.slot !== slot) continue
      if (event.fromEpoch >= first && event.toEpoch <= last + 1 && isSame(event.provider, provider))
        earned += event.paid
    }
    const due = pricePerEpoch * BigInt(last - first + 1)
    if (earned !== due) missing.push(`slot ${slot} (${provider}) was paid ${earned}, not ${due}`)
    paid += earned
  }
  gas.sort((a, b) => Number(a - b))
  return { proofs: gas.length, proveGas: Number(gas[Math.floor(gas.length / 2)] ?? 0n), paid, missing }
}

function isSame(a: Address, b: Address): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
