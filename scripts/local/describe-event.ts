import type { Address } from 'viem'
import { formatStor } from '../../cli/src/quantities.ts'
import type { ChainEvent } from './chain-events.ts'

/** One line about an event, for people. `nameOf` gives a provider's short name. */
export function describeEvent(event: ChainEvent, nameOf: (provider: Address) => string): string {
  switch (event.kind) {
    case 'seed':
      return `epoch ${event.epoch}: seed stored in block ${event.block}`
    case 'proof':
      return `epoch ${event.epoch}: ${nameOf(event.provider)} proved ${event.billedSectors} MiB with ${event.samples} samples, ${event.gas} gas`
    case 'settlement': {
      const { volumeId, slot, provider, fromEpoch, toEpoch, provenEpochs, paid, refunded } = event
      const back = refunded > 0n ? `, ${formatStor(refunded)} went back` : ''
      return `volume ${volumeId}, slot ${slot}: ${nameOf(provider)} was paid ${formatStor(paid)} for ${provenEpochs} of ${toEpoch - fromEpoch} epochs up to ${toEpoch - 1}${back}`
    }
  }
}
