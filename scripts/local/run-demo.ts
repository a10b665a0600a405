import { setTimeout as delay } from 'node:timers/promises'
import { type Chain, readEpoch, readSlots, type Slot, settleSlots } from '@storgo/sdk'
import { formatBytes, formatStor } from '../../cli/src/quantities.ts'
import { eventsOf } from './chain-events.ts'
import { linesAsLogger } from './lines-as-logger.ts'
import { type LiveSlot, type PaidEpochs, paidEpochs } from './paid-epochs.ts'
import { differingFiles } from './read-back.ts'
import { sampleFiles } from './sample-files.ts'
import { type LocalNetwork, startLocalNetwork } from './start-network.ts'
import type { Steps } from './steps.ts'

const SAMPLE_BYTES = 256 << 20
/** Data slots: reading then needs both parity slots, the hardest case that must still work. */
const KILLED_SLOTS = [0, 1]
const EPOCHS = 2
const FULL_TIMEOUT_MS = 60_000
const POLL_MS = 500

export type DemoOptions = {
  folder: string
  repository: string
  steps: Steps
  say(line: string): void
  signal: AbortSignal
}
export type DemoResult = {
  /** Logical bytes stored. */
  bytesStored: number
  files: number
  providersKilled: number
  sha256Match: boolean
  /** Whole epochs after the loss that were watched. */
  epochs: number
  /** Proofs of live slot holders in those epochs. */
  proofs: number
  /** Median gas of those proofs. */
  proveGas: number
  /** What they were paid for those epochs, in STOR's smallest unit. */
  paid: bigint
  seconds: number
  /** Whether everything that was promised happened. */
  held: boolean
}

/** Stores real files, kills two of six holders, reads everything back, and sees that the others prove and are paid. */
export async function runDemo({ folder, repository, steps, say, signal }: DemoOptions): Promise<DemoResult> {
  const { sources, bytes } = await sampleFiles(repository, SAMPLE_BYTES)
  if (bytes < SAMPLE_BYTES)
    throw new Error(`the repository's files are only ${formatBytes(bytes)}; ${formatBytes(SAMPLE_BYTES)} are needed`)

  await using network = await startLocalNetwork({ folder, repository, steps, logger: linesAsLogger(say) })
  const volumeId = BigInt(network.record.volumeId)
  const volume = network.storgo.volume(volumeId)
  const stored = await steps.run(`${sources.length} real files, ${formatBytes(bytes)}, are held by all six slots`, () =>
    volume.put(sources, { signal, waitForFullMs: FULL_TIMEOUT_MS }),
  )
  if (!stored.full) throw new Error(`only ${stored.receipts} of 6 slots hold the files`)

  const slots = await readSlots(network.storgo.chain, volumeId)
  const killed = await killHolders(network, slots)
  say(`          SIGKILL to ${killed.join(' and ')}, the holders of slots ${KILLED_SLOTS.join(' and ')}`)
  const differing = await steps.run('every file is read back and compared by SHA-256', () =>
    differingFiles(volume, sources, signal),
  )
  for (const path of differing) say(`differs: ${path}`)

  const live = slots
    .filter(({ slot }) => !KILLED_SLOTS.includes(slot))
    // Opened epochs ago, so that this price is the one in force.
    .map(({ slot, provider, nextPricePerEpoch }) => ({ slot, provider, pricePerEpoch: nextPricePerEpoch }))
  const { proofs, proveGas, paid, missing } = await steps.run(
    `${EPOCHS} whole epochs after the loss are proven and paid`,
    () => watchEpochs(network.storgo.chain, volumeId, live, { say, signal }),
  )
  for (const what of missing) say(`missing: ${what}`)
  say(`          ${proofs} proofs of ${proveGas} gas, ${formatStor(paid)} paid`)
  return {
    bytesStored: stored.plainBytes,
    files: stored.files,
    providersKilled: killed.length,
    sha256Match: differing.length === 0,
    epochs: EPOCHS,
    proofs,
    proveGas,
    paid,
    seconds: Math.round(steps.elapsedSeconds),
    held: differing.length === 0 && missing.length === 0 && stored.files === sources.length,
  }
}

async function killHolders({ record, providers }: LocalNetwork, slots: readonly Slot[]): Promise<string[]> {
  const killed: string[] = []
  for (const slot of KILLED_SLOTS) {
    const operator = slots[slot]?.provider
    const name = record.providers.find((provider) => provider.operator.toLowerCase() === operator?.toLowerCase())?.name
    const child = providers.find((provider) => provider.name === name)?.child
    if (name === undefined || child === undefined) throw new Error(`nobody holds slot ${slot}`)
    child.signal('SIGKILL')
    await child.ended
    killed.push(name)
  }
  return killed
}

/** Waits for the epochs that begin after now, settling before and after them, and checks what happened in them. */
async function watchEpochs(
  chain: Chain,
  volumeId: bigint,
  live: readonly LiveSlot[],
  { say, signal }: Pick<DemoOptions, 'say' | 'signal'>,
): Promise<PaidEpochs> {
  const { block, epoch } = await readEpoch(chain)
  const range = { first: epoch + 1, last: epoch + EPOCHS }
  const slots = live.map(({ slot }) => slot)
  await epochBegins(chain, range.first, signal)
  // What is settled from here on is for the range alone.
  await settleSlots(chain, { volumeId, slots })
  for (let next = range.first + 1; next <= range.last + 1; next++) {
    await epochBegins(chain, next, signal)
    say(`          epoch ${next - 1} is over`)
  }
  await settleSlots(chain, { volumeId, slots })
  const events = await Array.fromAsync(eventsOf(chain, block, await chain.publicClient.getBlockNumber()))
  return paidEpochs(events, volumeId, live, range)
}

async function epochBegins(chain: Chain, wanted: number, signal: AbortSignal): Promise<void> {
  while ((await readEpoch(chain)).epoch < wanted) await delay(POLL_MS, undefined, { signal })
}
